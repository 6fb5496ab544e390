import type { Attended, Lease } from './attended.ts'

/** What is done for one channel in a step. */
export interface ChannelStep {
  attended: Attended
  keep: Lease[]
  end: string[]
  drop: string[]
}

/** What Redis answers for a channel: its new stamp, the number of people, and those if they are not too many; undefined: no change. */
export type ChannelAnswer = { stamp: string; count: number; people?: string[] } | undefined

export interface StepAnswer {
  /** See RedisKeys. */
  life: string
  /** In the order of the step. */
  channels: ChannelAnswer[]
}

/** Of one script: it must not hold up the messages that Redis passes on meanwhile. Each takes about a microsecond. */
const MOST_ITEMS = 256
const MOST_CHANNELS = 64

/** What one call of the script does, for some channels at once. */
export class PresenceStep {
  readonly #channels = new Map<Attended, ChannelStep>()
  #items = 0

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
    this.#of(lease.attended).keep.push(lease)
    this.#items++
  }

  end(attended: Attended, sealed: string, how: 'grace' | 'now'): void {
    const { end, drop } = this.#of(attended)
    if (how === 'grace') end.push(sealed)
    else drop.push(sealed)
    this.#items++
  }

  /** Every channel of a step is looked at. */
  look(attended: Attended): void {
    this.#of(attended)
  }

  #of(attended: Attended): ChannelStep {
    const found = this.#channels.get(attended) ?? { attended, keep: [], end: [], drop: [] }
    this.#channels.set(attended, found)
    return found
  }
}
