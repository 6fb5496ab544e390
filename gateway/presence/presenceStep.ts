import type { Attended, Lease } from './attended.ts'

/** What is done for one channel in a step. */
export interface ChannelStep {
  attended: Attended
  keep: Lease[]
  /** Texts, and the milliseconds that are left to each. */
  shorten: [string, number][]
}

/** What Redis answers for a channel. */
export interface ChannelAnswer {
  /** Milliseconds until the next lease ends; undefined: there is none. */
  nextEnd?: number
  /** The number of people, and those if they are not too many; undefined: nothing has changed by this step, and nobody asked. */
  present?: { count: number; people?: string[] }
}

/** Of a channel: its people have changed, or a lease there was shortened to that many milliseconds. */
export interface PresenceNews {
  channel: string
  shortened?: { sealed: string; ms: number }
}

export interface StepAnswer {
  /** See RedisKeys. */
  life: string
  /** Of the last news that this gateway knows now. */
  number: number
  /** There may have been news that Redis does not have any more. */
  isLost: boolean
  /** More of them wait. */
  hasMore: boolean
  news: PresenceNews[]
  /** In the order of the step. */
  channels: ChannelAnswer[]
}

/** Of one script: it must not hold up the messages that Redis passes on meanwhile. Each takes about a microsecond. */
const MOST_ITEMS = 256
const MOST_CHANNELS = 64

/** What one call of the script does, for some channels at once. It also asks for the news. */
export class PresenceStep {
  /** The number of the last news that is known; -1: none is. */
  readonly since: number
  readonly #channels = new Map<Attended, ChannelStep>()
  #items = 0

  constructor(since: number) {
    this.since = since
  }

  get channels(): readonly ChannelStep[] {
    return [...this.#channels.values()]
  }

  get isFull(): boolean {
    return this.#items >= MOST_ITEMS || this.#channels.size >= MOST_CHANNELS
  }

  get isEmpty(): boolean {
    return this.#channels.size === 0
  }

  keep(lease: Lease): void {
    this.look(lease.attended).keep.push(lease)
    this.#items++
  }

  shorten(attended: Attended, sealed: string, ms: number): void {
    this.look(attended).shorten.push([sealed, ms])
    this.#items++
  }

  /** Every channel of a step is looked at. */
  look(attended: Attended): ChannelStep {
    const found = this.#channels.get(attended) ?? { attended, keep: [], shorten: [] }
    this.#channels.set(attended, found)
    return found
  }
}
