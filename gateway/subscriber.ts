import type { ControlEvents, GoodbyeReason, ResetReason } from '../contract/events.ts'
import type { Item } from './ring.ts'

/** Where a stream is to begin. */
export interface Start<I extends Item> {
  /** The epoch of the id that it came with, where it came with one. */
  epoch?: string | undefined
  /** Everything after this position; undefined for what comes from now on. */
  after?: number | undefined
  /** Items up to `after` that go first, in position order: the last few of each channel. */
  prelude?: readonly I[] | undefined
}

/** Items that one or many streams are sent together, in position order. Never empty, never changed once sent. */
export interface Batch<I extends Item> {
  readonly items: readonly I[]
  /** For the edge: the items as they stand on the wire, while one stream alone has got this batch. */
  text?: string | undefined
  /** The same, made once for all others that get it. */
  bytes?: Buffer
}

/** What is sent to a stream. None of it may call back into the audience. */
export interface Sink<I extends Item> {
  ready: (event: ControlEvents['ready']) => void
  send: (batch: Batch<I>) => void
  gap: (event: ControlEvents['gap']) => void
  reset: (reason: ResetReason) => void
  /** Ends the stream; it has been forgotten already. */
  end: (reason: GoodbyeReason) => void
  /** Resolves when what was sent has left, or never will: then the next page may be read. */
  drained: () => Promise<void>
}

/**
 * One stream as the audience sees it. It is
 *
 * - WAITING (`started` false) until each of its channels is ready; then it is told `ready` and its start is decided,
 * - CATCHING UP while its cursor is behind the tip: page after page is read for it,
 * - LIVE from the moment that its cursor is not behind the tip: in the `live` set of each of its channels.
 */
export class Subscriber<I extends Item> {
  readonly channels: readonly string[]
  readonly start: Start<I>
  readonly sink: Sink<I>
  started = false
  live = false
  /** A page is being read for it. */
  reading = false
  /** It came with a position above everything known here: the log is asked, and has answered, whether that exists. */
  asked = false
  answered = false
  /** Everything up to here has been sent. */
  cursor = 0
  /** Its cursor when it became live: what it is offered up to there is nothing new to it. */
  liveFrom = 0
  /** While catching up: the last position that it was sent of each channel, where that is above its start. */
  lasts: Map<string, number> | undefined

  constructor(channels: readonly string[], start: Start<I>, sink: Sink<I>) {
    this.channels = channels
    this.start = start
    this.sink = sink
  }
}
