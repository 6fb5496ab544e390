import type { Item } from './replayBuffer.ts'
import type { Subscription } from './subscription.ts'

/**
 * - SUBSCRIBING: the source was asked to bring its messages.
 * - COMING: they come, or the log is followed instead. The log is yet to be asked where the channel is.
 * - ASKED: one question to the log is under way.
 * - READY: every message above `from` passes through the hub, and the log has what is below.
 */
export type ChannelState = 'subscribing' | 'coming' | 'asked' | 'ready'

/**
 * One channel, from its first subscription until some time after its last. A channel that is left and taken again is another
 * object: an answer to a question about the first one cannot be taken for an answer about the second.
 */
export class Channel<I extends Item> {
  readonly name: string
  state: ChannelState = 'subscribing'
  from = 0
  /** The last message that passed, or `from`: a message whose `previous` is above this has a hole before it. */
  last = 0
  /** The position of its last message; 0 if there is none. */
  head = 0
  readonly subscriptions = new Set<Subscription<I>>()
  /** Accepted since the last flush. */
  batch: I[] = []
  /** Since when it has no subscription. */
  idleSince = 0
  /** This one, for all subscriptions that have no other: most streams are of one channel. */
  readonly alone: readonly Channel<I>[] = [this]

  constructor(name: string) {
    // Not a part of a request, all of which it would keep in memory.
    this.name = Buffer.from(name, 'latin1').toString('latin1')
  }
}

/** The channels that have a subscription, or had one a moment ago. Every change of a channel's state is made here. */
export class Channels<I extends Item> {
  readonly #byName = new Map<string, Channel<I>>()
  readonly #subscribing = new Set<Channel<I>>()
  readonly #coming = new Set<Channel<I>>()
  readonly #idle = new Set<Channel<I>>()

  get size(): number {
    return this.#byName.size
  }

  get(name: string): Channel<I> | undefined {
    return this.#byName.get(name)
  }

  names(): string[] {
    return [...this.#byName.keys()]
  }

  /** How many of these names the table does not have. */
  countNew(names: readonly string[]): number {
    let count = 0
    for (const name of names) if (!this.#byName.has(name)) count++
    return count
  }

  /** The channels of these names, with those that are new among them. */
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
      // A channel of the log before has been forgotten already.
      if (!this.#isCurrent(channel)) continue
      channel.idleSince = now
      this.#idle.add(channel)
    }
  }

  /** The messages of these channels, or of all, come from now on. One that has been forgotten meanwhile is passed over. */
  coming(channels: Iterable<Channel<I>> = this.#subscribing): void {
    for (const channel of channels) {
      if (this.#subscribing.delete(channel)) this.#toCome(channel)
    }
  }

  get hasUnasked(): boolean {
    return this.#coming.size > 0
  }

  /** The channels that the log is to be asked about next. */
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

  /** The question about this channel was answered: it has everything up to `from` in the log, its last message at `head`. */
  ready(channel: Channel<I>, from: number, head: number): void {
    if (!this.#isCurrent(channel)) return
    channel.state = 'ready'
    channel.from = channel.last = from
    channel.head = Math.max(channel.head, head)
  }

  /** The question about these had no answer. */
  unanswered(channels: readonly Channel<I>[]): void {
    for (const channel of channels) if (this.#isCurrent(channel)) this.#toCome(channel)
  }

  /**
   * Forgets the channels without a subscription since `time`, and returns them. One that was never ready is not worth keeping:
   * it would cost a place and a subscription, and spare nobody a question.
   */
  takeIdle(time: number): Channel<I>[] {
    const idle: Channel<I>[] = []
    for (const channel of this.#idle) {
      if (channel.idleSince > time && channel.state === 'ready') continue
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
