import type { Entry } from '../../contract/message.ts'
import { Clock } from './clock.ts'
import { Random } from './random.ts'

/** Parts of the mechanism that can be switched off, to see that the model notices. */
export interface Ablations {
  /** The bridges never look at the log's head again after their first look. */
  headCheck?: boolean
  /** A hole is never read from the log. */
  gapFill?: boolean
  /** A channel counts as subscribed as soon as that was asked for. */
  subscribeFirst?: boolean
  /** An answer of the log counts only for the streams whose question it answers. */
  ownHead?: boolean
  /** An answer of the log counts only for the channels whose question it answers, not for later ones of the same name. */
  ownChannel?: boolean
}

/** What all parts of one run share: time, chance, the log, and how bad the weather is. */
export class World {
  readonly clock = new Clock()
  readonly random: Random
  readonly ablations: Ablations
  /** Messages in a page, positions in a scan, and how slow the database may be: small and large, by the seed. */
  readonly limits: { page: number; scan: number; legMs: number }
  readonly log: Entry[] = []
  epoch = 'life1'
  #lives = 1
  readonly #heads = new Map<string, number>()
  /** While false nothing is lost, doubled or cut any more. */
  stormy = true
  postgresUp = true

  constructor(seed: number, ablations: Ablations) {
    this.random = new Random(seed)
    this.ablations = ablations
    this.limits = {
      page: this.random.pick([4, 20, 200]),
      scan: this.random.pick([7, 50, 1_000]),
      legMs: this.random.pick([15, 15, 150, 500, 2_000]),
    }
  }

  get head(): number {
    return this.log.length
  }

  headOf(channel: string): number {
    return this.#heads.get(channel) ?? 0
  }

  append(channel: string): Entry {
    const position = this.log.length + 1
    const entry = { position, previous: this.headOf(channel), channel, json: '' }
    this.log.push(entry)
    this.#heads.set(channel, position)
    return entry
  }

  /** The database comes back in an earlier state, under a new epoch. */
  restore(lost: number): void {
    this.log.length = Math.max(0, this.log.length - lost)
    this.#heads.clear()
    for (const { channel, position } of this.log) this.#heads.set(channel, position)
    this.epoch = `life${++this.#lives}`
  }

  /** Messages with `after < position <= upTo`, of all channels or of those named; undefined in another life of the log. */
  read(
    epoch: string,
    after: number,
    upTo: number,
    channels?: ReadonlySet<string>,
  ): Entry[] | undefined {
    if (epoch !== this.epoch) return undefined
    const entries = this.log.slice(after, upTo)
    return channels === undefined ? entries : entries.filter((entry) => channels.has(entry.channel))
  }

  /** Asks the log: it is looked at somewhere between question and answer, may be away, and may have no answer. */
  query<T>(look: () => T | undefined, answer: (value: T) => void, failed: () => void): void {
    const leg = (): number => this.random.between(0, this.stormy ? this.limits.legMs : 15)
    this.clock.after(leg(), () => {
      if (!this.postgresUp) return this.clock.after(leg(), failed)
      const value = look()
      this.clock.after(leg(), () => {
        if (value === undefined) failed()
        else answer(value)
      })
    })
  }

  /** Whether a mishap of this probability happens now. */
  mishap(probability: number): boolean {
    return this.stormy && this.random.chance(probability)
  }
}
