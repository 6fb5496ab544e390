import { Cursor } from '../../contract/cursor.ts'
import { Channels, type Channel } from './channel.ts'
import type { Batch, Chunk, Item, ReplayBuffer } from './replayBuffer.ts'
import { Subscription, type Sink, type Start } from './subscription.ts'

/** The log's head and those of some channels (0: no messages), as the log holds them at one moment. */
export interface Heads {
  epoch: string
  position: number
  channels: ReadonlyMap<string, number>
}

/** A question to the log for its head and those of some channels. An answer counts only for what its own question names. */
export interface Question<I extends Item> {
  readonly channels: readonly Channel<I>[]
  readonly subscriptions: readonly Subscription<I>[]
}

/** How the hub gets what it needs. The answers come back through the methods named. */
export interface Source<I extends Item> {
  /** These channels have their first subscription: make their messages come. */
  want: (channels: Channel<I>[]) => void
  /** There is a question: take it with `nextQuestion` at the end of this turn, and bring `answered` or `unanswered`. */
  askSoon: () => void
  /** Something was accepted, this first: call `flush` at the end of this turn. */
  flushSoon: (first: I) => void
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
 * up to there the log has everything, and above it everything passes `publish`. So a stream reads the log, or the replay
 * buffer, up to the watermark, and is live in the same step: there is no moment in which a message could slip between.
 *
 * What is accepted within one turn of the event loop leaves together, at `flush`: a stream costs one write a turn, however many
 * messages that is, and streams that get the same messages share the same bytes.
 */
export class Hub<I extends Item> {
  readonly channels = new Channels<I>()
  readonly source: Source<I>
  readonly #buffer: ReplayBuffer<I>
  readonly #joining = new Set<Subscription<I>>()
  /** Those among them that wait for the log's head. */
  readonly #waitForHead = new Set<Subscription<I>>()
  #epoch: string | undefined
  #watermark = 0
  #logHead = 0
  #lastAccepted = 0
  /** The channels with something to flush. */
  #dirty: Channel<I>[] = []

  constructor(source: Source<I>, buffer: ReplayBuffer<I>) {
    this.source = source
    this.#buffer = buffer
  }

  /** Undefined until the log has been seen once: no stream can begin before that. */
  get epoch(): string | undefined {
    return this.#epoch
  }

  /** The log holds nothing up to here that has not been accepted. */
  get watermark(): number {
    return this.#watermark
  }

  get logHead(): number {
    return this.#logHead
  }

  get bufferedFrom(): number {
    return this.#buffer.from
  }

  get joiningCount(): number {
    return this.#joining.size
  }

  /** Only to be called once there is an epoch. */
  join(names: readonly string[], start: Start<I>, sink: Sink<I>): Subscription<I> {
    const { channels, fresh } = this.channels.take(names)
    const cursor = new Cursor(this.#epoch ?? '', this.#watermark)
    const subscription = new Subscription(cursor, channels, start, sink)
    this.channels.join(subscription)
    this.#joining.add(subscription)
    if (fresh.length > 0) this.source.want(fresh)
    subscription.advance(this)
    return subscription
  }

  leave(subscription: Subscription<I>, now: number): void {
    this.#joining.delete(subscription)
    this.#waitForHead.delete(subscription)
    this.channels.leave(subscription, now)
  }

  /** Whether what is being read for it is still wanted. */
  isJoining(subscription: Subscription<I>): boolean {
    return this.#joining.has(subscription)
  }

  /** Everything of its channels between its cursor and `upTo`. */
  replay(subscription: Subscription<I>, batch: Batch<I>, upTo: number): void {
    if (this.isJoining(subscription)) subscription.replay(this, batch, upTo)
  }

  /** It is live. */
  joined(subscription: Subscription<I>): void {
    this.#joining.delete(subscription)
  }

  /** Lets every stream that waits or replays take its next step. */
  advance(): void {
    for (const subscription of this.#joining) subscription.advance(this)
    if (this.hasQuestion) this.source.askSoon()
  }

  get hasQuestion(): boolean {
    return this.channels.hasUnasked || this.#waitForHead.size > 0
  }

  /** What the log is to be asked now; undefined if there is nothing. */
  nextQuestion(): Question<I> | undefined {
    if (!this.hasQuestion) return undefined
    const subscriptions = [...this.#waitForHead]
    this.#waitForHead.clear()
    return { channels: this.channels.takeUnasked(MAX_ASKED), subscriptions }
  }

  answered({ channels, subscriptions }: Question<I>, heads: Heads): void {
    this.#logHead = Math.max(this.#logHead, heads.position)
    // Not below the watermark: what lies between is in the log already, and will not come again.
    const from = Math.max(heads.position, this.#watermark)
    for (const channel of channels) {
      this.channels.ready(channel, from, heads.channels.get(channel.name) ?? 0)
    }
    for (const subscription of subscriptions) subscription.headAnswered(true)
    this.advance()
  }

  /** It is asked again when something moves. */
  unanswered({ channels, subscriptions }: Question<I>): void {
    this.channels.unanswered(channels)
    for (const subscription of subscriptions) subscription.headAnswered(false)
  }

  /** Another log, or the first. The streams of the one before are ended, because their ids mean nothing in this one. */
  begin(epoch: string, position: number): void {
    this.flush()
    this.#joining.clear()
    this.#waitForHead.clear()
    for (const subscription of this.channels.clear()) {
      subscription.sink.end('reset', this.resumeAt(subscription))
    }
    this.#epoch = epoch
    this.#watermark = this.#lastAccepted = this.#logHead = position
    this.#buffer.clear(position)
  }

  advanceTo(position: number): void {
    if (position > this.#watermark) this.#watermark = position
  }

  /**
   * Accepts the item if the messages of its channel before it have all been accepted; false if they have not. One look at the
   * table for both: with a channel for each stream it is a good part of what a message costs.
   */
  publishNext(item: I): boolean {
    const channel = this.channels.get(item.channel)
    if (channel?.state === 'ready' && item.previous > channel.last) return false
    this.#accept(channel, item)
    return true
  }

  /** Accepts the item; what is missing before it, the log does not have. */
  publish(item: I): void {
    this.#accept(this.channels.get(item.channel), item)
  }

  /** Sends what was accepted since the last flush. */
  flush(): void {
    if (this.#dirty.length === 0) return
    const dirty = this.#dirty
    this.#dirty = []
    /** Streams of several channels: what they get is put in order first. */
    let several: Map<Subscription<I>, I[]> | undefined
    for (const channel of dirty) {
      const batch: Batch<I> = { items: channel.batch }
      channel.batch = []
      for (const subscription of channel.subscriptions) {
        if (subscription.state !== 'live') continue
        if (dirty.length === 1 || subscription.channels.length === 1) subscription.give(batch)
        else {
          several ??= new Map()
          const items = several.get(subscription)
          if (items === undefined) several.set(subscription, [...batch.items])
          else items.push(...batch.items)
        }
      }
    }
    if (several === undefined) return
    for (const [subscription, items] of several) {
      subscription.give({ items: items.sort((a, b) => a.position - b.position) })
    }
  }

  /**
   * Where its reader resumes without loss: of a stream that was told `ready`, everything up to there has been sent. Undefined if
   * the reader has to ask as it did before. Call `flush` first.
   */
  resumeAt(subscription: Subscription<I>): Cursor | undefined {
    return subscription.resumeAt(this.#watermark)
  }

  /** What the replay buffer has for it; its cursor is not below `bufferedFrom`. */
  recent({ cursor, channels }: Subscription<I>): Chunk<I> {
    return this.#buffer.since(
      cursor.position,
      channels.map(({ name }) => name),
    )
  }

  /** The log's head is needed to judge where it is to begin. */
  askHead(subscription: Subscription<I>): void {
    this.#waitForHead.add(subscription)
    this.source.askSoon()
  }

  /** Everything that is sent to live streams passes here, in position order but for what a link has lost. */
  #accept(channel: Channel<I> | undefined, item: I): void {
    this.advanceTo(item.position)
    if (channel?.state !== 'ready' || item.position <= channel.last) return
    const { last } = channel
    channel.last = channel.head = item.position
    if (item.previous > last)
      this.#tellLive(channel, (subscription) => subscription.tellGap(item, last))
    if (item.position < this.#lastAccepted) {
      // It has no place among the others; a stream that comes back for it reads it from the log.
      this.#buffer.clear(this.#watermark)
      this.#tellLive(channel, (subscription) => subscription.giveLate(item))
      return
    }
    this.#lastAccepted = item.position
    this.#buffer.push(item)
    if (channel.subscriptions.size === 0) return
    if (channel.batch.push(item) > 1) return
    if (this.#dirty.push(channel) === 1) this.source.flushSoon(item)
  }

  /** After what was accepted before. */
  #tellLive(channel: Channel<I>, tell: (subscription: Subscription<I>) => void): void {
    this.flush()
    for (const subscription of channel.subscriptions) {
      if (subscription.state === 'live') tell(subscription)
    }
  }
}
