import type { Socket } from 'node:net'
import type { Clock } from '../../chassis/clock.ts'
import { Slots } from '../../chassis/slots.ts'
import type { GoodbyeReason } from '../../contract/events.ts'
import type { Start } from '../hub/subscription.ts'
import type { Frame } from '../hub/frame.ts'
import type { Place } from './admission.ts'
import { Connection, type ConnectionOptions } from './connection.ts'

export interface ConnectionsOptions extends Pick<
  ConnectionOptions,
  'hub' | 'admission' | 'metrics' | 'connectionBufferBytes' | 'retryMs'
> {
  clock: Clock
  /** Between heartbeats, unless a reader asks for others. */
  heartbeatMs: number
  /** A stream ends somewhere in the last fifth of this, so that streams spread over replicas again after a scale-up. */
  maxAgeMs: number
  /** A reader that takes nothing of what waits for it for so long is cut. */
  stallMs: number
  /** Bytes that may wait for all readers together. */
  totalBufferBytes: number
  /** Over how long a drain spreads its goodbyes. */
  drainMs: number
}

/** A stream that has not been told `ready` by then is sent away to come back: what it waits for is missing here. */
const READY_MS = 5_000
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
  #size = 0
  /** Those that have something waiting: what its reader had taken when it last took something, and when. */
  readonly #slow = new Map<Connection, { taken: number; at: number }>()

  constructor(options: ConnectionsOptions) {
    this.#options = options
    this.#shared = {
      ...options,
      now: options.clock.now,
      onSlow: (connection) => this.#watch(connection),
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
      time.every(LOOK_MS, () => this.#lookAtSlow()),
    ]
    return () => timers.forEach((stop) => stop())
  }

  /** A connection that was admitted; see Connection. `heartbeat` in seconds. */
  open(socket: Socket, head: string, place: Place, heartbeat: number | undefined): Connection {
    const heartbeatMs = heartbeat === undefined ? this.#options.heartbeatMs : heartbeat * 1_000
    return new Connection(socket, head, place, heartbeatMs, this.#shared)
  }

  /** Begins its stream. */
  begin(connection: Connection, channels: readonly string[], start: Start<Frame>): void {
    const now = this.#options.clock.now()
    // Whole numbers, which take no memory of their own.
    connection.readyBy = Math.ceil(now + READY_MS)
    connection.endsAt = Math.ceil(now + this.#options.maxAgeMs * (1 - Math.random() / 5))
    connection.join(channels, start)
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

  #schedule(connection: Connection, at: number): void {
    const latest = connection.isWaiting ? connection.readyBy : connection.endsAt
    this.#slots.add(connection, Math.min(at, latest))
  }

  #visit(connection: Connection, now: number): void {
    const { isWaiting, heartbeatMs } = connection
    if (isWaiting && now >= connection.readyBy) this.#end(connection, 'unavailable')
    else if (!isWaiting && now >= connection.endsAt) this.#end(connection, 'max-age')
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
    this.#size--
    this.#options.metrics.streams.set(this.#size)
  }

  #watch(connection: Connection): void {
    if (this.#slow.has(connection)) return
    this.#slow.set(connection, { taken: connection.takenBytes, at: this.#options.clock.now() })
  }

  /**
   * Each reader is bounded in bytes by itself; here all are bounded in time, and in memory together: over the total, those with
   * the most waiting are cut first, since one of them makes room for many. They resume by their ids, and lose nothing.
   */
  #lookAtSlow(): void {
    const { clock: time, stallMs, totalBufferBytes } = this.#options
    const now = time.now()
    let total = 0
    for (const [connection, last] of this.#slow) {
      const { takenBytes, waitingBytes } = connection
      if (takenBytes > last.taken) Object.assign(last, { taken: takenBytes, at: now })
      if (waitingBytes === 0) this.#slow.delete(connection)
      else if (now - last.at > stallMs) this.#disconnect(connection)
      else total += waitingBytes
    }
    if (total <= totalBufferBytes) return
    const largest = [...this.#slow.keys()].sort((a, b) => b.waitingBytes - a.waitingBytes)
    for (const connection of largest) {
      if (total <= totalBufferBytes) return
      total -= connection.waitingBytes
      this.#disconnect(connection)
    }
  }

  #disconnect(connection: Connection): void {
    this.#slow.delete(connection)
    connection.disconnect()
  }
}
