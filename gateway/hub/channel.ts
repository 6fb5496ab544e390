import type { ControlEvents } from '../../contract/events.ts'
import type { Item } from './replayBuffer.ts'
import type { Heads } from './source.ts'
import type { Subscription } from './subscription.ts'

/**
 * - SUBSCRIBING: the source was asked to bring its messages.
 * - COMING: they come, or the log is followed instead. The log must still be asked for the channel's head.
 * - ASKED: a question to the log is under way.
 * - READY: every message above `from` passes through the hub, and the log has all below.
 */
type ChannelState = 'subscribing' | 'coming' | 'asked' | 'ready'

/**
 * One channel, from its first subscription until some time after its last. A channel that is left and taken again is another
 * object. So no answer to a question about the first can count for the second.
 */
export class Channel<I extends Item> {
  readonly name: string
  state: ChannelState = 'subscribing'
  /** A deletion raises it too: copies from before it do not count any more. */
  from = 0
  /** The last message that passed, or `from`: a message whose `previous` is above this has a hole before it. */
  last = 0
  /** The position of its last message; 0 if there is none. */
  head = 0
  /** All of its messages at or below have been removed, when the log was last asked about it. */
  low = 0
  readonly subscriptions = new Set<Subscription<I>>()
  /** Accepted since the last flush. */
  batch: I[] = []
  /** Since when it has no subscription. */
  idleSince = 0
  /** Since when it is ready. */
  readySince = 0
  /** A list of this channel, shared by all subscriptions that have no other: most streams have one channel. */
  readonly alone: readonly Channel<I>[] = [this]

  constructor(name: string) {
    // A slice of a request would keep the whole request in memory.
    this.name = Buffer.from(name, 'latin1').toString('latin1')
  }
}

/** As `ready` tells them. */
export function headsOf(
  channels: readonly Pick<Channel<Item>, 'name' | 'head' | 'low'>[],
): ControlEvents['ready']['channels'] {
  return Object.fromEntries(
    channels.map(({ name, head, low }) => [name, low === 0 ? { head } : { head, low }]),
  )
}

export interface IdleOptions {
  /** How long a channel is kept after its last subscription; not at all with more than `crowdedAt` channels. */
  unsubscribeDelayMs: number
  crowdedAt: number
  /** Nor if it was ready for less than this. */
  minReadyMs: number
}

const AT_ONCE: IdleOptions = { unsubscribeDelayMs: 0, crowdedAt: Infinity, minReadyMs: 0 }

/** The channels that have a subscription, or had one a moment ago. Only this class changes a channel's state. */
export class Channels<I extends Item> {
  readonly #byName = new Map<string, Channel<I>>()
  readonly #subscribing = new Set<Channel<I>>()
  readonly #coming = new Set<Channel<I>>()
  readonly #idle = new Set<Channel<I>>()
  /** As of the last `takeIdle`. */
  #now = 0

  get size(): number {
    return this.#byName.size
  }

  get(name: string): Channel<I> | undefined {
    return this.#byName.get(name)
  }

  names(): string[] {
    return [...this.#byName.keys()]
  }

  /** How many of these names are not in the table. */
  countNew(names: readonly string[]): number {
    let count = 0
    for (const name of names) if (!this.#byName.has(name)) count++
    return count
  }

  /** The channels with these names; `fresh` are the new ones among them. */
  take(names: readonly string[]): { channels: readonly Channel<I>[]; fresh: Channel<I>[] } {
    const fresh: Channel<I>[] = []
    const channels = names.map((name) => {
      let channel = this.#byName.get(name)
      if (channel === undefined) {
        channel = new Channel(name)
        this.#byName.set(channel.name, channel)
        this.#subscribing.add(channel)
        fresh.push(channel)
      }
      return channel
    })
    return { channels: (channels.length === 1 && channels[0]?.alone) || channels, fresh }
  }

  join(subscription: Subscription<I>): void {
    for (const channel of subscription.channels) {
      channel.subscriptions.add(subscription)
      this.#idle.delete(channel)
    }
  }

  leave(subscription: Subscription<I>, now: number): void {
    for (const channel of subscription.channels) {
      if (!channel.subscriptions.delete(subscription) || channel.subscriptions.size > 0) continue
      // A channel of the previous log has already been forgotten.
      if (!this.#isCurrent(channel)) continue
      channel.idleSince = now
      this.#idle.add(channel)
    }
  }

  /** The messages of these channels, or of all, come from now on. It skips channels forgotten meanwhile. */
  coming(channels: Iterable<Channel<I>> = this.#subscribing): void {
    for (const channel of channels) {
      if (this.#subscribing.delete(channel)) this.#toCome(channel)
    }
  }

  get hasUnasked(): boolean {
    return this.#coming.size > 0
  }

  /** The channels about which to ask the log next. */
  takeUnasked(limit: number): Channel<I>[] {
    const channels: Channel<I>[] = []
    for (const channel of this.#coming) {
      if (channels.length === limit) break
      this.#coming.delete(channel)
      channel.state = 'asked'
      channels.push(channel)
    }
    return channels
  }

  /** The question about this channel was answered: the log has all up to `from`, and its last message is at `head`. */
  ready(channel: Channel<I>, from: number, heads: Pick<Heads, 'channels' | 'lows'>): void {
    if (!this.#isCurrent(channel)) return
    channel.state = 'ready'
    channel.readySince = this.#now
    channel.from = channel.last = from
    channel.head = Math.max(channel.head, heads.channels.get(channel.name) ?? 0)
    channel.low = heads.lows.get(channel.name) ?? 0
  }

  /** The question about these had no answer. */
  unanswered(channels: readonly Channel<I>[]): void {
    for (const channel of channels) if (this.#isCurrent(channel)) this.#toCome(channel)
  }

  /**
   * Forgets channels without a subscription, and returns them; call it now and then. It never keeps one that was not ready, or only
   * for a moment: who opens streams one after the other would leave all of their channels behind, each with a subscription.
   */
  takeIdle(now: number, options: IdleOptions = AT_ONCE): Channel<I>[] {
    const { unsubscribeDelayMs, crowdedAt, minReadyMs } = options
    this.#now = now
    const delayMs = this.size > crowdedAt ? 0 : unsubscribeDelayMs
    const idle: Channel<I>[] = []
    for (const channel of this.#idle) {
      const { state, idleSince, readySince } = channel
      const isWorthKeeping = state === 'ready' && idleSince - readySince >= minReadyMs
      if (isWorthKeeping && now - idleSince < delayMs) continue
      this.#forget(channel)
      idle.push(channel)
    }
    return idle
  }

  /** Forgets everything, and returns all subscriptions. */
  clear(): Set<Subscription<I>> {
    const all = new Set<Subscription<I>>()
    for (const channel of this.#byName.values()) {
      for (const subscription of channel.subscriptions) all.add(subscription)
      this.#forget(channel)
    }
    return all
  }

  #isCurrent(channel: Channel<I>): boolean {
    return this.#byName.get(channel.name) === channel
  }

  #toCome(channel: Channel<I>): void {
    channel.state = 'coming'
    this.#coming.add(channel)
  }

  #forget(channel: Channel<I>): void {
    this.#byName.delete(channel.name)
    this.#subscribing.delete(channel)
    this.#coming.delete(channel)
    this.#idle.delete(channel)
  }
}
