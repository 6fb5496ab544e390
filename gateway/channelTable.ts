import type { Item } from './ring.ts'
import type { Subscriber } from './subscriber.ts'

/**
 * - SUBSCRIBING: the link has been asked for it.
 * - ACTIVATING: the link brings it, or there is no link; the log is being asked where it is.
 * - READY: every message above `from` passes through the audience, and the log has what is below.
 */
export type ChannelState = 'subscribing' | 'activating' | 'ready'

export interface Channel<I extends Item> {
  state: ChannelState
  from: number
  /** The last message that passed, or `from`: a message whose `previous` is above this has a hole before it. */
  last: number
  /** The position of its last message; 0 where there is none. */
  head: number
  /** All its streams, and those of them that are live. */
  members: Set<Subscriber<I>>
  live: Set<Subscriber<I>>
  /** Accepted since the last flush. */
  batch: I[]
  /** Since when it has no streams. */
  emptySince: number
}

/** The channels that somebody listens to, or did a moment ago. */
export class ChannelTable<I extends Item> {
  readonly #channels = new Map<string, Channel<I>>()
  readonly #empty = new Set<string>()
  /** Not ready yet: few, where all may be many thousands. */
  readonly #unready = new Set<string>()

  get size(): number {
    return this.#channels.size
  }

  get(name: string): Channel<I> | undefined {
    return this.#channels.get(name)
  }

  names(): string[] {
    return [...this.#channels.keys()]
  }

  /** Adds a stream to its channels and returns those that are new. */
  add(subscriber: Subscriber<I>): string[] {
    const fresh: string[] = []
    for (const name of subscriber.channels) {
      let channel = this.#channels.get(name)
      if (channel === undefined) {
        channel = {
          state: 'subscribing',
          from: 0,
          last: 0,
          head: 0,
          members: new Set(),
          live: new Set(),
          batch: [],
          emptySince: 0,
        }
        this.#channels.set(name, channel)
        this.#unready.add(name)
        fresh.push(name)
      }
      channel.members.add(subscriber)
      this.#empty.delete(name)
    }
    return fresh
  }

  remove(subscriber: Subscriber<I>, now: number): void {
    for (const name of subscriber.channels) {
      const channel = this.#channels.get(name)
      if (channel?.members.delete(subscriber) !== true) continue
      channel.live.delete(subscriber)
      if (channel.members.size > 0) continue
      channel.emptySince = now
      this.#empty.add(name)
    }
  }

  subscribing(): string[] {
    return [...this.#unready].filter((name) => this.#channels.get(name)?.state === 'subscribing')
  }

  setState(name: string, state: ChannelState): Channel<I> | undefined {
    const channel = this.#channels.get(name)
    if (channel === undefined) return undefined
    channel.state = state
    if (state === 'ready') this.#unready.delete(name)
    else this.#unready.add(name)
    return channel
  }

  /** Forgets the channels that have had no stream since `time`, and names them. */
  takeAbandoned(time: number): string[] {
    const names = [...this.#empty].filter(
      (name) => (this.#channels.get(name)?.emptySince ?? 0) <= time,
    )
    for (const name of names) this.#forget(name)
    return names
  }

  /** Forgets everything, and returns all streams. */
  clear(): Set<Subscriber<I>> {
    const subscribers = new Set<Subscriber<I>>()
    for (const [name, { members }] of this.#channels) {
      for (const member of members) subscribers.add(member)
      this.#forget(name)
    }
    return subscribers
  }

  #forget(name: string): void {
    this.#channels.delete(name)
    this.#empty.delete(name)
    this.#unready.delete(name)
  }
}
