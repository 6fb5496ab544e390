import type { LinkedEntry } from '../../contract/message.ts'
import { contradicts, type Place } from '../../contract/place.ts'
import type { Clock } from './clock.ts'
import type { Random } from './random.ts'
import type { Stage } from './stage.ts'

/** Parts of the mechanism that can be switched off, to prove that the model notices. */
export interface Ablations {
  /** If false, bridges read the log's head only once. */
  headCheck?: boolean
  /** If false, a hole is never read from the log. */
  gapFill?: boolean
  /** If false, a channel counts as subscribed as soon as the gateway asks for it. */
  subscribeFirst?: boolean
  /** If false, an answer of the log counts for all streams that have asked, not only for those of its question. */
  ownHead?: boolean
  /** If false, an answer of the log counts for later channels of the same name too. */
  ownChannel?: boolean
  /** If false, copies without a valid MAC are accepted. */
  macs?: boolean
  /** If false, a message in Redis may follow one that it is not linked to. */
  links?: boolean
  /** If false, the log is not compared with its earlier state. */
  compare?: boolean
  /** If false, a live gateway does not read the log. That read repairs faults of the bridges, so theirs show only without it. */
  look?: boolean
  /** If false, a failed read is not repeated with a smaller size. */
  smaller?: boolean
  /** If false, a gateway takes deletions for ordinary messages, and keeps what was before them. */
  gatewayForgets?: boolean
  /** If false, Redis keeps what was before a deletion. */
  redisForgets?: boolean
  /** If false, an id names, of each other log, what the gateway has of it instead of what the stream was sent. */
  ownPlaces?: boolean
}

/** One log, and its current faults. */
export class World {
  readonly number: number
  readonly #stage: Stage
  /**
   * Messages in a page, positions in a scan, and the delay of the database: small or large, by the seed. A read of more than `read`
   * messages fails.
   */
  readonly limits: { page: number; scan: number; legMs: number; read: number }
  readonly log: LinkedEntry[] = []
  epoch: string
  /** Epochs in which the log lost messages. */
  readonly wentBack = new Set<string>()
  #lives = 1
  #ids = 0
  readonly #heads = new Map<string, number>()
  /** From the id of each deleted message to its deletion. */
  readonly #deletions = new Map<string, { epoch: string; position: number }>()
  postgresUp = true

  constructor(stage: Stage, number: number) {
    this.#stage = stage
    this.number = number
    this.epoch = this.#nameOfLife()
    this.limits = {
      page: this.random.pick([4, 20, 200]),
      scan: this.random.pick([7, 50, 1_000]),
      legMs: this.random.pick([15, 15, 150, 500, 2_000]),
      read: this.random.pick([4, 20, 1_000]),
    }
  }

  get clock(): Clock {
    return this.#stage.clock
  }

  get random(): Random {
    return this.#stage.random
  }

  get ablations(): Ablations {
    return this.#stage.ablations
  }

  get stormy(): boolean {
    return this.#stage.stormy
  }

  get head(): number {
    return this.log.length
  }

  /** The id of the message at a position; '' if there is none. */
  idAt(position: number): string {
    return this.log[position - 1]?.id ?? ''
  }

  headOf(channel: string): number {
    return this.#heads.get(channel) ?? 0
  }

  /** The deletion of a message; undefined if it has none. */
  deletionOf(id: string): { epoch: string; position: number } | undefined {
    return this.#deletions.get(id)
  }

  /** Appends the deletion of one of the channel's last messages, and takes the data of that one; or an ordinary message. */
  appendDeletion(channel: string): LinkedEntry {
    const recent = this.log
      .slice(-20)
      .filter((each) => each.channel === channel && each.json === CONTENT)
    const target = recent.length > 0 ? this.random.pick(recent) : undefined
    if (target === undefined) return this.append(channel)
    const about = `"about":{"position":${target.position},"as":"delete"}`
    const deletion = this.append(channel, `{"sender":{},${about},"data":null}`)
    this.log[target.position - 1] = { ...target, json: BLANK }
    this.#deletions.set(target.id, { epoch: this.epoch, position: deletion.position })
    return deletion
  }

  append(channel: string, json = CONTENT): LinkedEntry {
    const position = this.log.length + 1
    const entry = {
      position,
      previous: this.headOf(channel),
      id: `m${this.number}x${++this.#ids}`,
      channel,
      json,
      link: this.idAt(position - 1),
    }
    this.log.push(entry)
    this.#heads.set(channel, position)
    return entry
  }

  /** The database returns to an earlier state, under a new epoch. */
  restore(lost: number): void {
    this.#truncate(lost)
    this.#lives++
    this.epoch = this.#nameOfLife()
  }

  /** The same, but the epoch stays. */
  goBack(lost: number): void {
    if (lost > 0) this.wentBack.add(this.epoch)
    this.#truncate(lost)
  }

  #truncate(lost: number): void {
    this.log.length = Math.max(0, this.log.length - lost)
    // What was deleted later is there again.
    for (const [at, entry] of this.log.entries()) {
      if ((this.#deletions.get(entry.id)?.position ?? 0) <= this.log.length) continue
      this.#deletions.delete(entry.id)
      this.log[at] = { ...entry, json: CONTENT }
    }
    this.#heads.clear()
    for (const { channel, position } of this.log) this.#heads.set(channel, position)
  }

  /** Like `endEpoch` of the log. */
  endEpoch(epoch: string, place: Place): boolean {
    const log = { position: this.head, idAt: this.idAt(place.position) }
    if (epoch !== this.epoch || !contradicts(log, place)) return false
    this.#lives++
    this.epoch = this.#nameOfLife()
    return true
  }

  /** Messages with `after < position <= upTo`, of all channels or of those named; undefined in another epoch. */
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

  /** Asks the log. `look` runs between question and answer; the database may be down, or have no answer. */
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

  /** No two logs have an epoch in common. */
  #nameOfLife(): string {
    return `log${this.number}life${this.#lives}`
  }

  /** Whether a mishap with this probability happens now. */
  mishap(probability: number): boolean {
    return this.#stage.mishap(probability)
  }
}

/** What the code under test reads of an encoding. */
const CONTENT = '{"sender":{},"data":"content"}'
const BLANK = '{"sender":{},"deleted":true,"data":null}'

/** Whether the message still has the data that it was posted with. */
export const hasContent = ({ json }: { json: string }): boolean => json === CONTENT
