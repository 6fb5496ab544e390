import type { Clock } from '../chassis/clock.ts'
import { within } from '../chassis/deadline.ts'
import type { PresenceReader } from '../chassis/presenceReader.ts'
import { Turns } from '../chassis/turns.ts'

/** An answer waits so long for Redis, at most. */
export const MAX_WAIT_MS = 250
/** After a failure nobody waits for so long. */
const PAUSE_MS = 500
/** Numbers are kept for so long, so that Redis is asked for a channel four times a second, however many readers there are. */
const KEEP_MS = 250
/** Some of each log: two megabytes. */
const MAX_KEPT = 10_000

interface Kept {
  count: number
  until: number
}

interface LogOccupancyOptions {
  reader: Pick<PresenceReader, 'look'>
  /** Redis was asked: it told, or it was away or too slow. */
  onLook: (outcome: 'told' | 'failed') => void
  clock: Pick<Clock, 'now'>
}

/**
 * How many people are in channels of one log, as the leases in its Redis say. One look is under way at a time, so that these reads
 * never fill the only core of Redis. Whoever has to wait too long does without.
 */
export class LogOccupancy {
  readonly #options: LogOccupancyOptions
  readonly #turns = new Turns(1)
  /** By channel, the oldest first. */
  readonly #kept = new Map<string, Kept>()
  #pausedUntil = -Infinity

  constructor(options: LogOccupancyOptions) {
    this.#options = options
  }

  /** In the order of the channels; undefined if Redis did not tell in time. It takes MAX_WAIT_MS at most, and never rejects. */
  async of(channels: readonly string[]): Promise<number[] | undefined> {
    const deadline = this.#options.clock.now() + MAX_WAIT_MS
    const counts = this.#turns.take(() => this.#counts(channels, deadline))
    return within(MAX_WAIT_MS, 'presence', counts).catch(() => undefined)
  }

  async #counts(channels: readonly string[], deadline: number): Promise<number[] | undefined> {
    const { now } = this.#options.clock
    const counts = new Map<string, number>()
    for (const channel of channels) {
      const kept = this.#kept.get(channel)
      if (kept !== undefined && kept.until > now()) counts.set(channel, kept.count)
    }
    const missing = channels.filter((channel) => !counts.has(channel))
    if (missing.length > 0) {
      // Those for whom it is too late have their answers already.
      if (now() < this.#pausedUntil || now() > deadline) return undefined
      for (const [channel, count] of await this.#look(missing)) counts.set(channel, count)
    }
    return channels.map((channel) => counts.get(channel) ?? 0)
  }

  async #look(channels: readonly string[]): Promise<[channel: string, count: number][]> {
    const { reader, onLook, clock } = this.#options
    try {
      const found = await reader.look(channels)
      onLook('told')
      const until = clock.now() + KEEP_MS
      return channels.map((channel, at) => {
        const count = found[at]?.count ?? 0
        this.#keep(channel, { count, until })
        return [channel, count]
      })
    } catch (error) {
      onLook('failed')
      this.#pausedUntil = clock.now() + PAUSE_MS
      throw error
    }
  }

  #keep(channel: string, kept: Kept): void {
    this.#kept.delete(channel)
    this.#kept.set(channel, kept)
    const [oldest] = this.#kept.keys()
    if (this.#kept.size > MAX_KEPT && oldest !== undefined) this.#kept.delete(oldest)
  }
}
