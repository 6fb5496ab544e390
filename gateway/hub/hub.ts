import type { Cursor } from '../../contract/cursor.ts'
import type { Place } from '../../contract/place.ts'
import { Channels, type Channel } from './channel.ts'
import { Cursors } from './cursors.ts'
import { Fanout } from './fanout.ts'
import type { Start } from './joining.ts'
import type { Batch, Item, ReplayBuffer } from './replayBuffer.ts'
import type { Sink } from './sink.ts'
import type { Heads, Question, Source } from './source.ts'
import { Subscription } from './subscription.ts'

/** Channels in one question: with more, one slow answer would delay all streams, or fail them. */
const MAX_ASKED = 1_000

/**
 * Which stream gets which messages, and how each joins without a seam. No I/O.
 *
 * A channel is ready from a position at or above a head of the log that was read while the channel's messages were already
 * coming. Up to there the log has everything, and above it everything passes the fan-out. So a stream reads the log or the replay
 * buffer up to the watermark, and becomes live in the same step: no message can slip between.
 */
export class Hub<I extends Item> {
  readonly channels = new Channels<I>()
  readonly fanout: Fanout<I>
  readonly buffer: ReplayBuffer<I>
  readonly source: Source<I>
  readonly #cursors = new Cursors()
  /** Streams that are not live yet. */
  readonly joining = new Set<Subscription<I>>()
  /** Those of them that wait for the log's head. */
  readonly #waitForHead = new Set<Subscription<I>>()
  /** The question that is under way. */
  #question: Question<I> | undefined
  /** The highest known head of the log. */
  #logHead: Place = { position: 0, id: '' }
  /** For the source of the messages: the log has been read only up to here; Infinity if nothing is known to be missing. */
  readTo = Infinity
  /** Called when another log, or the first, has begun. */
  onBegun = (): void => {}

  constructor(source: Source<I>, buffer: ReplayBuffer<I>) {
    this.source = source
    this.buffer = buffer
    this.fanout = new Fanout(this.channels, buffer, source, this.#cursors)
  }

  /** Undefined until the log has been seen once: no stream can begin before that. */
  get epoch(): string | undefined {
    return this.#cursors.epoch
  }

  get logHead(): number {
    return this.#logHead.position
  }

  /** The highest known place of the log. Clients got positions up to there; a log with another message there is another log. */
  get place(): Place {
    return this.logHead > this.fanout.watermark ? this.#logHead : this.fanout.place
  }

  /** Everything up to here has been accepted, as far as is known: the watermark, or less while a hole is being read. */
  get wholeTo(): number {
    return Math.min(this.fanout.watermark, this.readTo)
  }

  /** A place of the log. */
  at(position: number): Cursor {
    return this.#cursors.at(position)
  }

  /** Call it only once there is an epoch. */
  join(names: readonly string[], start: Start<I>, sink: Sink<I>): Subscription<I> {
    const { channels, fresh } = this.channels.take(names)
    const subscription = new Subscription(this.at(this.fanout.watermark), channels, start, sink)
    this.channels.join(subscription)
    this.joining.add(subscription)
    if (fresh.length > 0) this.source.want(fresh)
    subscription.advance(this)
    return subscription
  }

  /** The stream has ended. `now` in milliseconds of the clock that decides when idle channels are forgotten. */
  leave(subscription: Subscription<I>, now: number): void {
    this.joining.delete(subscription)
    this.#waitForHead.delete(subscription)
    this.channels.leave(subscription, now)
  }

  /** Whether the stream still waits for what is being read. */
  isJoining(subscription: Subscription<I>): boolean {
    return this.joining.has(subscription)
  }

  /** Brings all items of its channels between its cursor and `upTo`. */
  replay(subscription: Subscription<I>, batch: Batch<I>, upTo: number): void {
    if (this.isJoining(subscription)) subscription.replay(this, batch, upTo)
  }

  /** The stream is live. */
  joined(subscription: Subscription<I>): void {
    this.joining.delete(subscription)
  }

  /** The messages of these channels, or of all, come from now on, by whatever way. */
  come(channels?: Iterable<Channel<I>>): void {
    this.channels.coming(channels)
    this.#askSoon()
  }

  /** These channels have gone: nobody will get their messages out of the buffer. */
  forget(channels: readonly Channel<I>[]): void {
    this.buffer.forget(new Map(channels.map(({ name }) => [name, Infinity])))
  }

  /** Lets every stream that waits or replays take its next step. */
  advance(): void {
    for (const subscription of this.joining) subscription.advance(this)
    this.#askSoon()
  }

  /** The stream cannot begin before the log's head is known. */
  askHead(subscription: Subscription<I>): void {
    this.#waitForHead.add(subscription)
    this.#askSoon()
  }

  /** The next question to the log; undefined if there is none, or if an answer is still awaited. */
  nextQuestion(): Question<I> | undefined {
    if (!this.#hasQuestion || this.#question !== undefined) return undefined
    const subscriptions = [...this.#waitForHead]
    this.#waitForHead.clear()
    this.#question = { channels: this.channels.takeUnasked(MAX_ASKED), subscriptions }
    return this.#question
  }

  /** Whether this question is under way. The answer to any other counts for nothing, not even its epoch. */
  isAwaited(question: Question<I>): boolean {
    return question === this.#question
  }

  /** An answer in the hub's own epoch. */
  answered(question: Question<I>, heads: Heads): void {
    if (!this.isAwaited(question)) return
    this.#question = undefined
    const { channels, subscriptions } = question
    if (heads.position > this.logHead) this.#logHead = { position: heads.position, id: heads.id }
    // Not below the watermark: messages in between are in the log already, and will not come again.
    const from = Math.max(heads.position, this.fanout.watermark)
    for (const channel of channels) this.channels.ready(channel, from, heads)
    for (const subscription of subscriptions) subscription.headAnswered(true)
    this.advance()
  }

  /** It is asked again when something moves. */
  unanswered(question: Question<I>): void {
    if (!this.isAwaited(question)) return
    this.#question = undefined
    const { channels, subscriptions } = question
    this.channels.unanswered(channels)
    for (const subscription of subscriptions) subscription.headAnswered(false)
  }

  /** Begins another log, or the first. The previous log's streams end, because their ids mean nothing in this one. */
  begin(epoch: string, place: Place): void {
    this.fanout.flush()
    this.joining.clear()
    this.#waitForHead.clear()
    this.#question = undefined
    for (const subscription of this.channels.clear()) {
      subscription.sink.end('reset', this.resumeAt(subscription))
    }
    this.#cursors.epoch = epoch
    this.#logHead = place
    this.readTo = Infinity
    this.fanout.begin(place)
    this.onBegun()
  }

  /**
   * The place to resume from without loss: all before it has been sent. Undefined if the reader must repeat its first request.
   */
  resumeAt(subscription: Subscription<I>): Cursor | undefined {
    // Messages that were accepted but not sent must not be reported as sent.
    this.fanout.flush()
    return subscription.resumeAt(this.at(this.wholeTo))
  }

  get #hasQuestion(): boolean {
    return this.channels.hasUnasked || this.#waitForHead.size > 0
  }

  #askSoon(): void {
    if (this.#hasQuestion) this.source.askSoon()
  }
}
