import type { Socket } from 'node:net'
import type { Concerns } from '../../chassis/auth/concerns.ts'
import type { Identity } from '../../chassis/auth/identity.ts'
import { Slots } from '../../chassis/slots.ts'
import type { GoodbyeReason } from '../../contract/events.ts'
import type { Frame } from '../hub/frame.ts'
import type { Asked } from '../hub/hubs.ts'
import type { Start } from '../hub/joining.ts'
import type { Place } from './admission.ts'
import { Connection } from './connection.ts'
import type { ConnectionOptions } from './connectionOptions.ts'
import { FirstToEnd } from './firstToEnd.ts'
import { SlowConsumers, type SlowConsumersOptions } from './slowConsumers.ts'

export interface ConnectionsOptions
  extends
    SlowConsumersOptions,
    Pick<
      ConnectionOptions,
      'hubs' | 'admission' | 'metrics' | 'connectionBufferBytes' | 'retryMs'
    > {
  /** Milliseconds since 1970, the time of tokens. */
  wallNow: () => number
  /** Between heartbeats, unless a reader asks for others. */
  heartbeatMs: number
  /** A stream ends somewhere in the last fifth of this, so that streams spread over replicas again after a scale-up. */
  maxAgeMs: number
  /** A stream has ended, however. */
  onEnd: (connection: Connection) => void
  /** Over how long a drain spreads its goodbyes. */
  drainMs: number
}

/** A stream that has not been told `ready` by then is sent away to come back: what it waits for is missing here. */
const READY_MS = 5_000
/** The latest and the earliest that a stream ends before its token does, so that not all of one sign-in come back together. */
const EXPIRY_MS = 200
const EXPIRY_JITTER_MS = 5_000
/** What is due within the same slot is done together. */
const SLOT_MS = 100
const LOOK_MS = 1_000
/** While draining: never fewer at a time, never more often. A few streams need no spreading. */
const DRAIN_SLICE = 100
const DRAIN_PAUSE_MS = 100

/**
 * All connections of this gateway. Each open stream stands in the slot of what is due next for it: its heartbeat, the end of its
 * wait for `ready`, or its end of age. So each is on time, whatever interval it has and however many come and go meanwhile.
 */
export class Connections {
  readonly #options: ConnectionsOptions
  readonly #shared: ConnectionOptions
  readonly #slots = new Slots<Connection>(SLOT_MS)
  readonly #firstToEnd = new FirstToEnd(this.#slots)
  #size = 0
  readonly #slow: SlowConsumers

  constructor(options: ConnectionsOptions) {
    this.#options = options
    this.#slow = new SlowConsumers(options)
    this.#shared = {
      ...options,
      now: options.clock.now,
      onSlow: (connection) => this.#slow.watch(connection),
      onClose: (connection) => this.#remove(connection),
    }
  }

  /** Open streams. */
  get size(): number {
    return this.#size
  }

  /** Lets time pass here; returns what stops it. */
  start(): () => void {
    const { clock: time } = this.#options
    const timers = [
      time.every(SLOT_MS, () => {
        const now = time.now()
        this.#slots.visit(now, (connection) => this.#visit(connection, now))
      }),
      time.every(LOOK_MS, () => this.#slow.look()),
    ]
    return () => timers.forEach((stop) => stop())
  }

  /** A connection that was admitted; see Connection. `heartbeat` in seconds. */
  open(
    socket: Socket,
    head: string,
    place: Place,
    heartbeat: number | undefined,
    identity?: Identity,
  ): Connection {
    const heartbeatMs = heartbeat === undefined ? this.#options.heartbeatMs : heartbeat * 1_000
    return new Connection(socket, head, place, heartbeatMs, identity, this.#shared)
  }

  /** Begins its stream. */
  begin(connection: Connection, channels: readonly string[], start: Start<Frame>): void {
    this.#begin(connection, () => connection.join(channels, start))
  }

  /** Begins a stream over several logs. */
  beginAll(
    connection: Connection,
    logs: ReadonlyMap<number, readonly string[]>,
    asked: Asked<Frame>,
  ): void {
    this.#begin(connection, () => connection.joinAll(logs, asked))
  }

  #begin(connection: Connection, join: () => void): void {
    const now = this.#options.clock.now()
    // Whole numbers, which take no memory of their own.
    connection.readyBy = Math.ceil(now + READY_MS)
    const maxAge = this.#options.maxAgeMs * (1 - Math.random() / 5)
    const left = this.#leftOf(connection)
    const early = EXPIRY_MS + Math.min(EXPIRY_JITTER_MS, left / 20) * Math.random()
    connection.endsAt = Math.ceil(now + Math.min(maxAge, left - early))
    join()
    this.#size++
    this.#options.metrics.streams.set(this.#size)
    // Anywhere within the first interval: those who come together do not beat together.
    this.#schedule(connection, now + connection.heartbeatMs * Math.random())
  }

  /** Ends all streams, evenly over the drain's time, until none is left or the signal says that time is up. */
  async drain(signal: AbortSignal): Promise<void> {
    const pauses = Math.max(1, this.#options.drainMs / DRAIN_PAUSE_MS)
    const slice = Math.max(DRAIN_SLICE, Math.ceil(this.#size / pauses))
    await new Promise<void>((resolve) => {
      const step = (): void => {
        if (!signal.aborted) this.#endSome(slice)
        if (this.#size > 0 && !signal.aborted) return
        stop()
        signal.removeEventListener('abort', step)
        resolve()
      }
      const stop = this.#options.clock.every(DRAIN_PAUSE_MS, step)
      signal.addEventListener('abort', step)
      step()
    })
  }

  /**
   * Ends so many streams for their readers to come back elsewhere, those that would end first by their age. So age and moves together
   * end a stream hardly more often than age does. Call it with 0 when no more move.
   */
  move(count: number): void {
    if (count === 0) this.#firstToEnd.clear()
    for (let left = count; left > 0; left--) {
      const next = this.#firstToEnd.next((each) => each.after !== undefined && !each.isWaiting)
      if (next === undefined) return
      this.#end(next, 'moved')
    }
  }

  /** Ends the streams that a change concerns, and that are not allowed any more. */
  review(
    concerns: Concerns,
    denial: (identity: Identity, channels: string[]) => GoodbyeReason | undefined,
  ): void {
    for (const connection of this.#slots) {
      const { identity } = connection
      if (identity === undefined || !concerns(identity)) continue
      const reason = denial(identity, connection.channels)
      if (reason !== undefined) this.#end(connection, reason)
    }
  }

  /** Milliseconds until its token ends. */
  #leftOf({ identity }: Connection): number {
    return identity === undefined ? Infinity : identity.expiresAt - this.#options.wallNow()
  }

  #schedule(connection: Connection, at: number): void {
    const { isWaiting, readyBy, endsAt } = connection
    this.#slots.add(connection, Math.min(at, endsAt, isWaiting ? readyBy : Infinity))
  }

  #visit(connection: Connection, now: number): void {
    const { isWaiting, heartbeatMs } = connection
    if (now >= connection.endsAt) {
      const mostMs = EXPIRY_MS + EXPIRY_JITTER_MS
      this.#end(connection, this.#leftOf(connection) <= mostMs ? 'expired' : 'max-age')
    } else if (isWaiting && now >= connection.readyBy) this.#end(connection, 'unavailable')
    else {
      // Before `ready` there is no position that could be told.
      if (!isWaiting) connection.heartbeat()
      this.#schedule(connection, now + heartbeatMs)
    }
  }

  #endSome(count: number): void {
    let left = count
    for (const connection of this.#slots) {
      if (left-- === 0) return
      this.#end(connection, 'shutdown')
    }
  }

  #end(connection: Connection, reason: GoodbyeReason): void {
    this.#forget(connection)
    connection.leave(reason)
  }

  #remove(connection: Connection): void {
    this.#slow.delete(connection)
    this.#forget(connection)
  }

  #forget(connection: Connection): void {
    if (!this.#slots.delete(connection)) return
    this.#options.onEnd(connection)
    this.#size--
    this.#options.metrics.streams.set(this.#size)
  }
}
