import type { Redis } from 'ioredis'
import type { Clock } from '../../chassis/clock.ts'
import type { CopyKeys } from '../../chassis/copyKeys.ts'
import { PresenceReader } from '../../chassis/presenceReader.ts'
import type { Sender } from '../../contract/message.ts'
import type { PresenceEvent } from '../../contract/presence.ts'
import type { RedisKeys } from '../../contract/redisKeys.ts'
import type { Leaving, Listener } from './attended.ts'
import { PresenceStore, type PresenceStoreOptions } from './presenceStore.ts'
import { PresenceTable } from './presenceTable.ts'
import { Teller } from './teller.ts'

export interface PresenceOptions extends PresenceStoreOptions {
  /** Of its own: a script never stands in the way of what is read for streams. */
  redis: Redis
  keys: RedisKeys
  copyKeys: CopyKeys
  onRefused: () => void
  /** See PresenceTableOptions. */
  graceMs: number
  maxLeases: number
  onLeftOut: () => void
  clock: Clock
}

/** Between two scripts: Redis is busy with them for a fiftieth of its time at most. */
const STEP_MS = 20
/** Others learn so late who has come. */
const MOST_NEWS_MS = 1_000
/** After a failure. */
const PAUSE_MS = 500

/** The presence in the channels of one log: the thin edge around its table. */
export class Presence {
  readonly #options: PresenceOptions
  readonly #table: PresenceTable
  readonly #teller: Teller
  readonly #store: PresenceStore
  readonly #reader: PresenceReader
  readonly #stop: () => void
  #isBusy = false
  #pausedUntil = 0

  constructor(options: PresenceOptions) {
    const { redis, keys, leaseMs, graceMs, clock } = options
    this.#options = options
    this.#table = new PresenceTable({
      ...options,
      renewMs: leaseMs / 2,
      // Well within the grace: another gateway may have shortened the lease of somebody who is here too.
      newsMs: Math.min(MOST_NEWS_MS, graceMs / 4),
    })
    this.#teller = new Teller(this.#table)
    this.#store = new PresenceStore(redis, keys, options)
    this.#reader = new PresenceReader(options)
    this.#stop = clock.every(STEP_MS, () => void this.#step())
  }

  /** People in channels, by streams of this gateway. */
  get size(): number {
    return this.#table.size
  }

  join(channel: string, person: Sender, listener: Listener): void {
    this.#teller.begin(this.#table.join(channel, person, listener), listener)
  }

  leave(channel: string, id: string, listener: Listener, how: Leaving): void {
    this.#table.leave(channel, id, listener, how)
  }

  /** See Teller. */
  tell(budget: number): number {
    return this.#teller.tell(this.#options.clock.now(), budget)
  }

  /** Who is there now. Rejects if Redis is away. */
  async ask(channels: readonly string[]): Promise<PresenceEvent[]> {
    const found = await this.#reader.look(channels)
    return found.map((present, at) => ({ channel: channels[at] ?? '', ...present }))
  }

  close(): void {
    this.#stop()
    this.#options.redis.disconnect()
  }

  async #step(): Promise<void> {
    const { now } = this.#options.clock
    if (this.#isBusy || now() < this.#pausedUntil) return
    const step = this.#table.next(now())
    if (step === undefined) return
    this.#isBusy = true
    try {
      this.#table.done(step, await this.#store.run(step), now())
    } catch {
      this.#table.failed(step, now())
      this.#pausedUntil = now() + PAUSE_MS
    } finally {
      this.#isBusy = false
    }
  }
}
