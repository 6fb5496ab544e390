import { Cursor } from '../../contract/cursor.ts'
import type { Place } from '../../contract/place.ts'
import { Channels, type Channel } from './channel.ts'
import { Fanout } from './fanout.ts'
import type { Batch, Item, ReplayBuffer } from './replayBuffer.ts'
import { Subscription, type Sink, type Start } from './subscription.ts'

/** The log's head and those of some channels (0: no messages), as the log holds them at one moment. */
export interface Heads extends Place {
  epoch: string
  channels: ReadonlyMap<string, number>
}

/** A question to the log for its head and those of some channels. An answer counts only for what its own question names. */
export interface Question<I extends Item> {
  readonly channels: readonly Channel<I>[]
  readonly subscriptions: readonly Subscription<I>[]
}

/** How the hub gets what it needs. The answers come back through the methods named. */
export interface Source<I extends Item> {
  /** These channels have their first subscription: make their messages come → `come`. */
  want: (channels: Channel<I>[]) => void
  /** There is a question: take it with `nextQuestion` at the end of this turn → `answered` or `unanswered`. */
  askSoon: () => void
  /** Something was accepted, this first: call `fanout.flush` at the end of this turn. */
  flushSoon: (first: I) => void
  idOf: (item: I) => string
  /** Wait until the stream has taken what it was sent → `replay`, with nothing. */
  pause: (subscription: Subscription<I>) => void
  /** Read the messages between the subscription's cursor and `upTo` → `replay` or `readFailed`. */
  read: (subscription: Subscription<I>, upTo: number) => void
}

/** Names in one question: with more, one slow answer would hold up, or fail, everybody's. */
const MAX_ASKED = 1_000

/**
 * Who gets what, and how each stream joins without a seam. No I/O.
 *
 * A channel is ready from a position that was chosen at or above a head of the log, read while its messages were already coming:
 * up to there the log has everything, and above it everything passes the fan-out. So a stream reads the log, or the replay
 * buffer, up to the watermark, and is live in the same step: there is no moment in which a message could slip between.
 */
export class Hub<I extends Item> {
  readonly channels = new Channels<I>()
  readonly fanout: Fanout<I>
  readonly buffer: ReplayBuffer<I>
  readonly source: Source<I>
  /** Those that are not live yet. */
  readonly joining = new Set<Subscription<I>>()
  /** Those among them that wait for the log's head. */
  readonly #waitForHead = new Set<Subscription<I>>()
  /** The one that is under way. */
  #question: Question<I> | undefined
  #epoch: string | undefined
  /** The highest head that the log has told of. */
  #logHead: Place = { position: 0, id: '' }
  /** For what brings the messages: the log has been read up to here only; Infinity if nothing is known to be missing. */
  readTo = Infinity

  constructor(source: Source<I>, buffer: ReplayBuffer<I>) {
    this.source = source
    this.buffer = buffer
    this.fanout = new Fanout(this.channels, buffer, source)
  }

  /** Undefined until the log has been seen once: no stream can begin before that. */
  get epoch(): string | undefined {
    return this.#epoch
  }

  get logHead(): number {
    return this.#logHead.position
  }

  /**
   * The highest place that the log has had, as far as is known. Streams were told what follows from that, so if the log has
   * something else there now, it is not the one that they were told of.
   */
  get place(): Place {
    return this.logHead > this.fanout.watermark ? this.#logHead : this.fanout.place
  }

  /** Everything up to here has been accepted, as far as is known: the watermark, or less while a hole is being read. */
  get wholeTo(): number {
    return Math.min(this.fanout.watermark, this.readTo)
  }

  /** Only to be called once there is an epoch. */
  join(names: readonly string[], start: Start<I>, sink: Sink<I>): Subscription<I> {
    const { channels, fresh } = this.channels.take(names)
    const cursor = new Cursor(this.#epoch ?? '', this.fanout.watermark)
    const subscription = new Subscription(cursor, channels, start, sink)
    this.channels.join(subscription)
    this.joining.add(subscription)
    if (fresh.length > 0) this.source.want(fresh)
    subscription.advance(this)
    return subscription
  }

  /** The stream has ended. `now` in milliseconds of the clock by which idle channels are forgotten. */
  leave(subscription: Subscription<I>, now: number): void {
    this.joining.delete(subscription)
    this.#waitForHead.delete(subscription)
    this.channels.leave(subscription, now)
  }

  /** Whether what is being read for it is still wanted. */
  isJoining(subscription: Subscription<I>): boolean {
    return this.joining.has(subscription)
  }

  /** Everything of its channels between its cursor and `upTo`. */
  replay(subscription: Subscription<I>, batch: Batch<I>, upTo: number): void {
    if (this.isJoining(subscription)) subscription.replay(this, batch, upTo)
  }

  /** It is live. */
  joined(subscription: Subscription<I>): void {
    this.joining.delete(subscription)
  }

  /** The messages of these channels, or of all, come from now on, by whatever way. */
  come(channels?: Iterable<Channel<I>>): void {
    this.channels.coming(channels)
    this.#askSoon()
  }

  /** Lets every stream that waits or replays take its next step. */
  advance(): void {
    for (const subscription of this.joining) subscription.advance(this)
    this.#askSoon()
  }

  /** The log's head is needed to judge where it is to begin. */
  askHead(subscription: Subscription<I>): void {
    this.#waitForHead.add(subscription)
    this.#askSoon()
  }

  /** What the log is to be asked now; undefined if there is nothing, or the answer before is still awaited. */
  nextQuestion(): Question<I> | undefined {
    if (!this.#hasQuestion || this.#question !== undefined) return undefined
    const subscriptions = [...this.#waitForHead]
    this.#waitForHead.clear()
    this.#question = { channels: this.channels.takeUnasked(MAX_ASKED), subscriptions }
    return this.#question
  }

  /** Whether this is the question that is under way. The answer to another one counts for nothing, not even its epoch. */
  isAwaited(question: Question<I>): boolean {
    return question === this.#question
  }

  /** In the epoch that the hub is in. */
  answered(question: Question<I>, heads: Heads): void {
    if (!this.isAwaited(question)) return
    this.#question = undefined
    const { channels, subscriptions } = question
    if (heads.position > this.logHead) this.#logHead = { position: heads.position, id: heads.id }
    // Not below the watermark: what lies between is in the log already, and will not come again.
    const from = Math.max(heads.position, this.fanout.watermark)
    for (const channel of channels) {
      this.channels.ready(channel, from, heads.channels.get(channel.name) ?? 0)
    }
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

  /** Another log, or the first. The streams of the one before are ended, because their ids mean nothing in this one. */
  begin(epoch: string, place: Place): void {
    this.fanout.flush()
    this.joining.clear()
    this.#waitForHead.clear()
    this.#question = undefined
    for (const subscription of this.channels.clear()) {
      subscription.sink.end('reset', this.resumeAt(subscription))
    }
    this.#epoch = epoch
    this.#logHead = place
    this.readTo = Infinity
    this.fanout.begin(place)
  }

  /**
   * Where the stream's reader resumes without loss: once it was told `ready`, everything up to there has been sent. Undefined if
   * the reader has to ask as it did before.
   */
  resumeAt(subscription: Subscription<I>): Cursor | undefined {
    // What was accepted but not sent must not be told as sent.
    this.fanout.flush()
    return subscription.resumeAt(this.wholeTo)
  }

  get #hasQuestion(): boolean {
    return this.channels.hasUnasked || this.#waitForHead.size > 0
  }

  #askSoon(): void {
    if (this.#hasQuestion) this.source.askSoon()
  }
}
