import type { Cursor } from '../../contract/cursor.ts'
import type { Place } from '../../contract/place.ts'
import type { Channel, Channels } from './channel.ts'
import type { Cursors } from './cursors.ts'
import type { Batch, Item, ReplayBuffer } from './replayBuffer.ts'
import type { Source } from './source.ts'
import type { Subscription } from './subscription.ts'

/**
 * Sends accepted messages to the live streams. No I/O.
 *
 * All messages accepted in one turn of the event loop leave together, at `flush`. So a stream costs one write a turn, however
 * many messages that is, and streams with the same messages share the same bytes.
 */
export class Fanout<I extends Item> {
  readonly #channels: Channels<I>
  readonly #buffer: ReplayBuffer<I>
  readonly #source: Pick<Source<I>, 'flushSoon' | 'idOf'>
  readonly #cursors: Pick<Cursors, 'at'>
  #watermark = 0
  /** The message at the watermark. Its own id is looked up only on demand. */
  #at: I | string = ''
  #lastAccepted = 0
  /** The channels with something to flush. */
  #dirty: Channel<I>[] = []
  /** The last deletion on each channel that had one since the last flush. */
  #deletions = new Map<string, number>()

  constructor(
    channels: Channels<I>,
    buffer: ReplayBuffer<I>,
    source: Pick<Source<I>, 'flushSoon' | 'idOf'>,
    cursors: Pick<Cursors, 'at'>,
  ) {
    this.#channels = channels
    this.#buffer = buffer
    this.#source = source
    this.#cursors = cursors
  }

  /** Everything up to here has been accepted. */
  get watermark(): number {
    return this.#watermark
  }

  /** The watermark and the log's message there: a log with another message is not the log that was followed. */
  get place(): Place {
    const at = this.#at
    return { position: this.#watermark, id: typeof at === 'string' ? at : this.#source.idOf(at) }
  }

  /** The log has nothing up to here that was not accepted. */
  advanceTo({ position, id }: Place): void {
    if (position > this.#watermark) this.#move(position, id)
  }

  /**
   * Accepts the item if all earlier ones of its channel were accepted; otherwise false. One look-up, the costly part, does both.
   */
  publishNext(item: I): boolean {
    const channel = this.#channels.get(item.channel)
    if (channel?.state === 'ready' && item.previous > channel.last) return false
    this.#accept(channel, item)
    return true
  }

  /** Accepts the item; the log does not have what is missing before it. */
  publish(item: I): void {
    this.#accept(this.#channels.get(item.channel), item)
  }

  /** Sends all that was accepted since the last flush, and forgets what was deleted meanwhile: one pass, however many deletions. */
  flush(): void {
    if (this.#deletions.size > 0) {
      this.#buffer.forget(this.#deletions)
      this.#deletions = new Map()
    }
    if (this.#dirty.length === 0) return
    const dirty = this.#dirty
    this.#dirty = []
    /** Streams of several channels: their items must be put in order first. */
    let several: Map<Subscription<I>, I[]> | undefined
    for (const channel of dirty) {
      const batch: Batch<I> = { items: channel.batch }
      channel.batch = []
      const end = this.#endOf(batch)
      for (const subscription of channel.subscriptions) {
        if (subscription.state !== 'live') continue
        if (dirty.length === 1 || subscription.channels.length === 1) subscription.give(batch, end)
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
      const batch = { items: items.sort((a, b) => a.position - b.position) }
      subscription.give(batch, this.#endOf(batch))
    }
  }

  /** Another log: nothing accepted before has a meaning in it. */
  begin({ position, id }: Place): void {
    this.#dirty = []
    this.#deletions = new Map()
    this.#move(position, id)
    this.#lastAccepted = position
    this.#buffer.clear(position)
  }

  /** Everything that live streams get passes here, in position order, except for messages that a connection lost. */
  #accept(channel: Channel<I> | undefined, item: I): void {
    if (item.position > this.#watermark) this.#move(item.position, item)
    if (channel === undefined) return
    // Even before it is ready: the question to the log may be older than this message.
    channel.head = Math.max(channel.head, item.position)
    if (channel.state !== 'ready' || item.position <= channel.last) return
    const { last } = channel
    channel.last = item.position
    if (item.isDeletion === true) this.#delete(channel, item)
    if (item.previous > last)
      this.#tellLive(channel, (subscription) => subscription.tellGap(item, last))
    if (item.position < this.#lastAccepted) {
      // It has no place among the others; a stream that resumes reads it from the log.
      this.#buffer.clear(this.#watermark)
      this.#tellLive(channel, (subscription) =>
        subscription.giveLate(item, this.#cursors.at(item.position)),
      )
      return
    }
    this.#lastAccepted = item.position
    this.#buffer.push(item)
    if (channel.subscriptions.size === 0) return
    if (channel.batch.push(item) > 1) return
    if (this.#dirty.push(channel) === 1) this.#source.flushSoon(item)
  }

  /**
   * Who comes from now on reads up to the deletion from the log, or from a Redis that has the deletion too: both have blanked what it
   * deletes.
   */
  #delete(channel: Channel<I>, item: I): void {
    channel.from = Math.max(channel.from, item.position)
    this.#deletions.set(channel.name, item.position)
    if (this.#deletions.size === 1) this.#source.flushSoon(item)
  }

  #move(position: number, at: I | string): void {
    this.#watermark = position
    this.#at = at
  }

  #endOf({ items }: Batch<I>): Cursor {
    return this.#cursors.at(items.at(-1)?.position ?? 0)
  }

  /** After the messages accepted before. */
  #tellLive(channel: Channel<I>, tell: (subscription: Subscription<I>) => void): void {
    this.flush()
    for (const subscription of channel.subscriptions) {
      if (subscription.state === 'live') tell(subscription)
    }
  }
}
