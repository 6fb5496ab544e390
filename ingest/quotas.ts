import { Allowance } from '../chassis/limits/allowance.ts'
import { subjectKey, rateLimited, type Refusals, type Subject } from '../chassis/limits/limit.ts'
import type { QuotaName, QuotaUse } from '../history/quota.ts'

export interface QuotasOptions {
  /** Infinity: no quota. */
  channelsPerDay: number
  /** Infinity: no quota. */
  bytesPerDay: number
  /** Adds to what all ingests have counted today. */
  add: (name: QuotaName, subject: string, points: number) => Promise<QuotaUse>
  /** Whether the channel has a message. */
  exists: (channel: string) => Promise<boolean>
  refusals: Refusals
  /** Milliseconds since 1970. */
  now: () => number
}

const DAY_MS = 86_400_000

/**
 * How many new channels, and how many bytes, one principal may store in a UTC day. Without a sign-in it is one address. An append
 * tells afterwards what it stored, and Postgres hears the sums now and then (see Allowance): no append waits for a quota.
 */
export class Quotas {
  readonly #options: QuotasOptions
  readonly #channels: Allowance | undefined
  readonly #bytes: Allowance | undefined
  readonly #asked = new Map<string, Promise<boolean>>()

  constructor(options: QuotasOptions) {
    this.#options = options
    this.#channels = this.#allowance('channels', options.channelsPerDay)
    this.#bytes = this.#allowance('bytes', options.bytesPerDay)
  }

  /** Throws `rate-limited`, with the time until tomorrow. Only who has no channels left costs a look at the channel. */
  async check(subject: Subject, channel: string): Promise<void> {
    const key = subjectKey(subject)
    this.#refuse(this.#bytes, key, 'stored-bytes', 'STORED_BYTES_PER_DAY')
    if (this.#channels === undefined || this.#channels.standing(key).remaining > 0) return
    if (await this.#exists(channel)) return
    this.#refuse(this.#channels, key, 'new-channels', 'NEW_CHANNELS_PER_DAY')
  }

  /** Counts a message that was stored. */
  count(subject: Subject, data: string, isFirstOfChannel: boolean): void {
    const key = subjectKey(subject)
    this.#bytes?.take(key, Buffer.byteLength(data))
    if (isFirstOfChannel) this.#channels?.take(key, 1)
  }

  /** Messages of one channel that come together share a look: they go on in their order. */
  #exists(channel: string): Promise<boolean> {
    let answer = this.#asked.get(channel)
    if (answer === undefined) {
      answer = this.#options.exists(channel).finally(() => this.#asked.delete(channel))
      this.#asked.set(channel, answer)
    }
    return answer
  }

  #refuse(quota: Allowance | undefined, key: string, limit: string, variable: string): void {
    const standing = quota?.standing(key)
    if (standing === undefined || standing.remaining > 0) return
    this.#options.refusals.inc({ limit })
    throw rateLimited(`The quota of the day is used up (${variable}).`, standing.resetMs)
  }

  #allowance(name: QuotaName, points: number): Allowance | undefined {
    if (points === Infinity) return undefined
    const { add, now } = this.#options
    return new Allowance({
      points,
      now,
      endOf: (time) => (Math.floor(time / DAY_MS) + 1) * DAY_MS,
      store: {
        add: async (key, taken) => {
          const { used, resetMs } = await add(name, key, taken)
          return { remaining: Math.max(0, points - used), resetMs }
        },
      },
    })
  }
}
