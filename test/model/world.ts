import type { LinkedEntry } from '../../contract/message.ts'
import { contradicts, type Place } from '../../contract/place.ts'
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
  /** Copies that did not prove themselves are dropped. */
  macs?: boolean
  /** In Redis only a message that is linked to the last one follows it. */
  links?: boolean
  /** The log is compared with what was known of it before. */
  compare?: boolean
  /** A gateway that is live looks at the log. It heals what the bridges leave out, so theirs show only without it. */
  look?: boolean
  /** A read that failed is tried smaller. */
  smaller?: boolean
}

/** What all parts of one run share: time, chance, the log, and how bad the weather is. */
export class World {
  readonly clock = new Clock()
  readonly random: Random
  readonly ablations: Ablations
  /**
   * Messages in a page, positions in a scan, and how slow the database may be: small and large, by the seed. A read of more than
   * `read` messages fails.
   */
  readonly limits: { page: number; scan: number; legMs: number; read: number }
  readonly log: LinkedEntry[] = []
  epoch = 'life1'
  /** Epochs in which the log has lost messages. */
  readonly wentBack = new Set<string>()
  #lives = 1
  #ids = 0
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
      read: this.random.pick([4, 20, 1_000]),
    }
  }

  get head(): number {
    return this.log.length
  }

  /** Of the message at a position; '' if there is none. */
  idAt(position: number): string {
    return this.log[position - 1]?.id ?? ''
  }

  headOf(channel: string): number {
    return this.#heads.get(channel) ?? 0
  }

  append(channel: string): LinkedEntry {
    const position = this.log.length + 1
    const entry = {
      position,
      previous: this.headOf(channel),
      id: `m${++this.#ids}`,
      channel,
      json: '',
      link: this.idAt(position - 1),
    }
    this.log.push(entry)
    this.#heads.set(channel, position)
    return entry
  }

  /** The database comes back in an earlier state, under a new epoch. */
  restore(lost: number): void {
    this.#truncate(lost)
    this.epoch = `life${++this.#lives}`
  }

  /** The same, and nobody says so. */
  goBack(lost: number): void {
    if (lost > 0) this.wentBack.add(this.epoch)
    this.#truncate(lost)
  }

  #truncate(lost: number): void {
    this.log.length = Math.max(0, this.log.length - lost)
    this.#heads.clear()
    for (const { channel, position } of this.log) this.#heads.set(channel, position)
  }

  /** As `endEpoch` of the log. */
  endEpoch(epoch: string, place: Place): boolean {
    const log = { position: this.head, idAt: this.idAt(place.position) }
    if (epoch !== this.epoch || !contradicts(log, place)) return false
    this.epoch = `life${++this.#lives}`
    return true
  }

  /** Messages with `after < position <= upTo`, of all channels or of those named; undefined in another life of the log. */
  read(
    epoch: string,
    after: number,
    upTo: number,
    channels?: ReadonlySet<string>,
  ): LinkedEntry[] | undefined {
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
