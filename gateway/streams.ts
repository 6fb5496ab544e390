import { setTimeout as delay } from 'node:timers/promises'
import type { GoodbyeReason } from '../contract/events.ts'
import type { Audience } from './audience.ts'
import type { Frame } from './frame.ts'
import type { HeapTrim } from './heapTrim.ts'
import type { GatewayMetrics } from './metrics.ts'
import type { SlowReaders } from './slowReaders.ts'
import type { Stream } from './stream.ts'
import type { Start, Subscriber } from './subscriber.ts'

export interface StreamsOptions {
  audience: Audience<Frame>
  slow: SlowReaders
  trim: HeapTrim
  metrics: GatewayMetrics
  heartbeatMs: number
  /** A stream ends somewhere in the last fifth of this, so that streams spread over replicas again after a scale-up. */
  maxAgeMs: number
  /** Over how long a drain spreads its goodbyes. */
  drainMs: number
}

interface Open {
  stream: Stream
  subscriber: Subscriber<Frame>
  endsAt: number
  beatAt: number
}

/** A stream that has not been told `ready` by then is sent away to come back: what it waits for is missing here. */
const READY_MS = 5_000
const LOOK_MS = 1_000
/** Parts in which all streams are gone through between two heartbeats: all at once would hold up the messages. */
const PARTS = 50
/** A round over few streams is over early; then they are passed over until most of the time has gone by. */
const EARLY = 0.75
/** While draining: never fewer at a time, never more often. A few streams need no spreading. */
const DRAIN_SLICE = 100
const DRAIN_PAUSE_MS = 100

/** All open streams of this gateway: two timers serve them all. */
export class Streams {
  readonly #open = new Map<Stream, Open>()
  /** Not told `ready` yet, and until when they may wait for it. */
  readonly #waiting = new Map<Open, number>()
  readonly #options: StreamsOptions
  #timers: NodeJS.Timeout[] = []
  #round: Iterator<Open> = [].values()

  constructor(options: StreamsOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#open.size
  }

  start(): void {
    this.#timers = [
      setInterval(() => this.#goThrough(), this.#options.heartbeatMs / PARTS),
      setInterval(() => this.#look(), LOOK_MS),
    ]
  }

  add(stream: Stream, channels: readonly string[], start: Start<Frame>): void {
    const { audience, metrics, maxAgeMs, trim } = this.#options
    trim.count()
    const subscriber = audience.join(channels, start, stream)
    const endsAt = performance.now() + maxAgeMs * (1 - Math.random() / 5)
    const open = { stream, subscriber, endsAt, beatAt: performance.now() }
    this.#open.set(stream, open)
    if (!subscriber.started) this.#waiting.set(open, performance.now() + READY_MS)
    metrics.streams.set(this.#open.size)
  }

  /** The reader has left, or was ended. */
  remove(stream: Stream): void {
    const open = this.#open.get(stream)
    if (open === undefined) return
    this.#open.delete(stream)
    this.#waiting.delete(open)
    this.#options.audience.leave(open.subscriber, performance.now())
    this.#options.metrics.streams.set(this.#open.size)
  }

  /** Ends all streams, evenly over the drain's time, until none is left or the signal says that time is up. */
  async drain(signal: AbortSignal): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer)
    const pauses = Math.max(1, this.#options.drainMs / DRAIN_PAUSE_MS)
    const slice = Math.max(DRAIN_SLICE, Math.ceil(this.#open.size / pauses))
    while (this.#open.size > 0 && !signal.aborted) {
      this.#options.audience.flush()
      let count = 0
      for (const open of this.#open.values()) {
        this.#end(open, 'shutdown')
        if (++count === slice) break
      }
      await delay(DRAIN_PAUSE_MS, undefined, { signal }).catch(() => {})
    }
  }

  #look(): void {
    const now = performance.now()
    this.#options.slow.look(now)
    this.#options.trim.look()
    for (const [open, until] of this.#waiting) {
      if (open.subscriber.started) this.#waiting.delete(open)
      else if (now > until) this.#end(open, 'unavailable')
    }
  }

  /** The next part of a round: heartbeats, and goodbye to those that are old. */
  #goThrough(): void {
    const now = performance.now()
    const { audience, heartbeatMs } = this.#options
    // What has been accepted but not sent must not be told as sent.
    audience.flush()
    for (let count = Math.ceil(this.#open.size / PARTS); count > 0; count--) {
      const next = this.#round.next()
      if (next.done === true) {
        this.#round = this.#open.values()
        return
      }
      const open = next.value
      if (now > open.endsAt) this.#end(open, 'max-age')
      // Before `ready` there is no position that could be told.
      else if (open.subscriber.started && now - open.beatAt > heartbeatMs * EARLY) {
        open.beatAt = now
        open.stream.heartbeat(audience.sentUpTo(open.subscriber))
      }
    }
  }

  #end({ stream }: Open, reason: GoodbyeReason): void {
    this.remove(stream)
    stream.end(reason)
  }
}
