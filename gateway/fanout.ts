import type { ControlEvents } from '../contract/events.ts'
import { ChannelTable, type Channel } from './channelTable.ts'
import type { Item, Ring } from './ring.ts'
import type { Batch, Subscriber } from './subscriber.ts'

/**
 * Sends what is accepted to the live streams. No I/O.
 *
 * `tip` is the position up to which everything has been accepted. What is accepted within one turn of the event loop leaves
 * together, at `flush`: a stream costs one write a turn, however many messages that is, and streams that get the same
 * messages share the same bytes.
 */
export class Fanout<I extends Item> {
  readonly channels = new ChannelTable<I>()
  protected readonly ring: Ring<I>
  readonly #flushSoon: (first: I) => void
  #tip = 0
  #lastAccepted = 0
  /** The channels with something to flush. */
  #dirty: Channel<I>[] = []

  /** `flushSoon`: something was accepted, this first; `flush` is to be called at the end of this turn. */
  constructor(ring: Ring<I>, flushSoon: (first: I) => void) {
    this.ring = ring
    this.#flushSoon = flushSoon
  }

  get tip(): number {
    return this.#tip
  }

  /** The log holds nothing up to here that has not been accepted. */
  moveTip(position: number): void {
    if (position > this.#tip) this.#tip = position
  }

  /**
   * Accepts the item if the messages of its channel before it have all been accepted; false where they have not. One look at
   * the table for both: with a channel for each stream it is a good part of what a message costs.
   */
  acceptNext(item: I): boolean {
    const channel = this.channels.get(item.channel)
    if (channel?.state === 'ready' && item.previous > channel.last) return false
    this.#accept(channel, item)
    return true
  }

  /** Accepts the item; what is missing before it, the log does not have. */
  accept(item: I): void {
    this.#accept(this.channels.get(item.channel), item)
  }

  /** Sends what was accepted since the last flush. */
  flush(): void {
    if (this.#dirty.length === 0) return
    const dirty = this.#dirty
    this.#dirty = []
    /** Streams of several channels: what they get is put in order first. */
    let several: Map<Subscriber<I>, I[]> | undefined
    for (const channel of dirty) {
      const batch: Batch<I> = { items: channel.batch }
      channel.batch = []
      for (const subscriber of channel.live) {
        if (dirty.length === 1 || subscriber.channels.length === 1) give(subscriber, batch)
        else {
          several ??= new Map()
          const items = several.get(subscriber)
          if (items === undefined) several.set(subscriber, [...batch.items])
          else items.push(...batch.items)
        }
      }
    }
    if (several === undefined) return
    for (const [subscriber, items] of several) {
      give(subscriber, { items: items.sort((a, b) => a.position - b.position) })
    }
  }

  /** Everything up to here has been sent to a stream that has been told `ready`; call `flush` before asking. */
  sentUpTo(subscriber: Subscriber<I>): number {
    return subscriber.live ? Math.max(this.#tip, subscriber.cursor) : subscriber.cursor
  }

  /** Another log: nothing that was accepted has a meaning in it. */
  protected restart(position: number): void {
    this.#dirty = []
    this.#tip = this.#lastAccepted = position
    this.ring.clear(position)
  }

  /** Everything that is sent to live streams passes here, in position order but for what a link has lost. */
  #accept(channel: Channel<I> | undefined, item: I): void {
    this.moveTip(item.position)
    if (channel?.state !== 'ready' || item.position <= channel.last) return
    const { last } = channel
    channel.last = channel.head = item.position
    if (item.previous > last) this.#tellGap(channel, item, last)
    if (item.position < this.#lastAccepted) {
      this.#tellLost(channel, item)
      return
    }
    this.#lastAccepted = item.position
    this.ring.push(item)
    if (channel.live.size === 0) return
    if (channel.batch.push(item) > 1) return
    if (this.#dirty.push(channel) === 1) this.#flushSoon(item)
  }

  /** The log had nothing between either. */
  #tellGap(channel: Channel<I>, item: I, last: number): void {
    this.flush()
    for (const { liveFrom, sink } of channel.live) {
      if (item.previous > liveFrom) sink.gap(gapBefore(item, Math.max(last, liveFrom)))
    }
  }

  /** It came to light after later messages of other channels: only who has not been sent those can have it in order. */
  #tellLost(channel: Channel<I>, item: I): void {
    this.flush()
    // It has no place among the others; who comes back for it reads it from the log.
    this.ring.clear(this.#tip)
    const { channel: name, position } = item
    const gap = { channel: name, after: position - 1, before: position + 1 }
    for (const subscriber of channel.live) {
      if (position > subscriber.cursor) give(subscriber, { items: [item] })
      else if (position > subscriber.liveFrom) subscriber.sink.gap({ ...gap, reason: 'lost' })
    }
  }
}

/** Sends a live stream what it has not had: one that joined in this very turn had the beginning already. */
function give<I extends Item>(subscriber: Subscriber<I>, batch: Batch<I>): void {
  const { cursor, sink } = subscriber
  const { items } = batch
  const last = items.at(-1)
  if (last === undefined || last.position <= cursor) return
  const isWhole = (items[0]?.position ?? 0) > cursor
  subscriber.cursor = last.position
  sink.send(isWhole ? batch : { items: items.filter((item) => item.position > cursor) })
}

/** The log itself has nothing between: what was there has been removed. */
export function gapBefore(item: Item, after: number): ControlEvents['gap'] {
  return { channel: item.channel, after, before: item.position, reason: 'retention' }
}
