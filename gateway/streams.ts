import { setTimeout as delay } from 'node:timers/promises'
import type { GoodbyeReason } from '../contract/events.ts'
import type { Audience } from './audience.ts'
import type { Frame } from './frame.ts'
import type { GatewayMetrics } from './metrics.ts'
import type { Stream } from './stream.ts'
import type { Start, Subscriber } from './subscriber.ts'

export interface StreamsOptions {
  audience: Audience<Frame>
  metrics: GatewayMetrics
  heartbeatMs: number
  /** A stream ends somewhere in the last fifth of this, so that streams spread over replicas again after a scale-up. */
  maxAgeMs: number
}

interface Open {
  subscriber: Subscriber<Frame>
  endsAt: number
}

/** Streams ended in one go while draining, and the pause after: 2,000 a second come back elsewhere. */
const DRAIN_SLICE = 200
const DRAIN_PAUSE_MS = 100

/** A stream that has not been told `ready` by then is sent away to come back: what it waits for is missing here. */
const READY_MS = 5_000
const LOOK_MS = 1_000

/** All open streams of this gateway: one timer beats for all of them, and ends those that are old. */
export class Streams {
  readonly #open = new Map<Stream, Open>()
  /** Not told `ready` yet, and until when they may wait for it. */
  readonly #waiting = new Map<Stream, number>()
  readonly #options: StreamsOptions
  #timers: NodeJS.Timeout[] = []

  constructor(options: StreamsOptions) {
    this.#options = options
  }

  start(): void {
    this.#timers = [
      setInterval(() => this.#beat(), this.#options.heartbeatMs),
      setInterval(() => this.#look(), LOOK_MS),
    ]
  }

  add(stream: Stream, channels: readonly string[], start: Start<Frame>): void {
    const { audience, metrics, maxAgeMs } = this.#options
    const subscriber = audience.join(channels, start, stream)
    this.#open.set(stream, {
      subscriber,
      endsAt: performance.now() + maxAgeMs * (1 - Math.random() / 5),
    })
    if (!subscriber.started) this.#waiting.set(stream, performance.now() + READY_MS)
    metrics.streams.set(this.#open.size)
  }

  /** The reader has left, or was ended. */
  remove(stream: Stream): void {
    const open = this.#open.get(stream)
    if (open === undefined) return
    this.#open.delete(stream)
    this.#waiting.delete(stream)
    this.#options.audience.leave(open.subscriber, performance.now())
    this.#options.metrics.streams.set(this.#open.size)
  }

  /** Ends all streams, a slice at a time, until none is left or the signal says that time is up. */
  async drain(signal: AbortSignal): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer)
    while (this.#open.size > 0 && !signal.aborted) {
      let count = 0
      for (const stream of this.#open.keys()) {
        this.#end(stream, 'shutdown')
        if (++count === DRAIN_SLICE) break
      }
      await delay(DRAIN_PAUSE_MS)
    }
  }

  #look(): void {
    const now = performance.now()
    for (const [stream, until] of this.#waiting) {
      if (this.#open.get(stream)?.subscriber.started === true) this.#waiting.delete(stream)
      else if (now > until) this.#end(stream, 'unavailable')
    }
  }

  #beat(): void {
    const now = performance.now()
    const { audience } = this.#options
    for (const [stream, { subscriber, endsAt }] of this.#open) {
      if (now > endsAt) this.#end(stream, 'max-age')
      // Before `ready` there is no position that could be told.
      else if (subscriber.started) {
        stream.heartbeat(audience.sentUpTo(subscriber))
      }
    }
  }

  #end(stream: Stream, reason: GoodbyeReason): void {
    this.#options.metrics.ends.inc({ reason })
    this.remove(stream)
    stream.end(reason)
  }
}
