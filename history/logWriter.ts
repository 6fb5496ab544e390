import type { Sender } from '../contract/message.ts'
import { Problem } from '../contract/problem.ts'
import { Appender, type AppenderOptions } from './appender.ts'
import type { Clocks } from './clocks.ts'
import { openDatabase, Prisma, type Database } from './database.ts'
import { asReader } from './databaseError.ts'
import { eraseSome, type Erased } from './erase.ts'
import { deleteExpiredKeys } from './expiredKeys.ts'
import { MqttSessions } from './mqttSessions.ts'
import { LogReader, type LogOptions } from './logReader.ts'
import { moveOutbox, type Moved } from './outbox.ts'
import { Pipeline } from './pipeline.ts'
import { readOutbox, type OutboxState } from './outboxState.ts'
import { readSearchState, type SearchState } from './searchState.ts'
import { addToQuota, type QuotaName, type QuotaUse } from './quota.ts'
import type { Appended, Draft } from './types.ts'

export interface LogWriterOptions extends LogOptions, AppenderOptions {
  /** Most database connections at once, at least 4: three for appends, checks and the outbox, the others for reads. */
  connections: number
}

/** For the batches that are under way. */
const APPEND_CONNECTIONS = 1
/** One for the outbox, one for a check beside it. */
const OTHER_CONNECTIONS = 2

/**
 * The log in Postgres, for a process that also writes it. Appends have connections of their own, which no number of readers can
 * take from them. An append rejects with a Problem: `unavailable`, `outcome-unknown`, `overloaded` or `idempotency-conflict`.
 */
export class LogWriter extends LogReader {
  readonly #database: Database
  readonly #appends: Pipeline
  readonly #appender: Appender
  readonly #options: LogWriterOptions
  readonly mqttSessions: MqttSessions

  constructor(options: LogWriterOptions) {
    const connections = options.connections - APPEND_CONNECTIONS - OTHER_CONNECTIONS
    super({ ...options, connections })
    this.#database = openDatabase({ ...options, connections: OTHER_CONNECTIONS })
    // Not by Prisma's client: with it an append takes half as much processor time again.
    this.#appends = new Pipeline(options)
    this.#options = options
    this.#appender = new Appender(this.#appends, options)
    this.mqttSessions = new MqttSessions(this.#database, options.logId)
  }

  /** How the clocks of this process and of the database compare, at the last append. */
  get clocks(): Clocks {
    return this.#appender.clocks
  }

  /** How much this process has to append, in full batches: 0 if there is nothing. */
  get load(): number {
    return this.#appender.load
  }

  /** Resolves after the commit. */
  append(draft: Draft): Promise<Appended> {
    return this.#appender.append(draft)
  }

  /** Moves the oldest messages of the outbox, none if there are none; see moveOutbox. Rejects with `unavailable` or `internal`. */
  moveOutbox(maxEventBytes: number): Promise<Moved[]> {
    const { logId, keySeconds } = this.#options
    return asReader(() => moveOutbox(this.#database, { logId, keySeconds, maxEventBytes }))
  }

  /** What is in the outbox. */
  outbox(): Promise<OutboxState> {
    return asReader(() => readOutbox(this.#database, this.#options.logId))
  }

  /** How many messages its search does not find yet. */
  searchState(): Promise<SearchState> {
    return asReader(() => readSearchState(this.#database, this.#options.logId))
  }

  /** Deletes some of the idempotency keys that have expired; false if there are no more. */
  forgetKeys(): Promise<boolean> {
    const { logId, keySeconds } = this.#options
    return asReader(() => deleteExpiredKeys(this.#database, logId, keySeconds))
  }

  /** Adds to what a subject has used today, and returns the sum. */
  addToQuota(name: QuotaName, subject: string, points: number): Promise<QuotaUse> {
    return asReader(() => addToQuota(this.#database, name, subject, points))
  }

  /** A step of the erasure of what a sender wrote: from a position on. Repeat it from `upTo` until it is done. */
  erase(sender: string, after: number, by: Sender): Promise<Erased> {
    return asReader(() => eraseSome(this.#database, this.#options.logId, { sender, after, by }))
  }

  /** Throws if fsync or synchronous_commit is off: a crash would take back acknowledged messages, and reuse their positions. */
  async check(): Promise<void> {
    const { logId } = this.#options
    const [row] = await asReader(() =>
      this.#database.$queryRaw<Durability[]>(Prisma.sql`
        select current_setting('fsync') as "fsync",
          current_setting('synchronous_commit') as "synchronousCommit",
          exists (select from "log" where "id" = ${logId}::smallint) as "exists"`),
    )
    if (row?.exists !== true) throw new Problem('unavailable', `Log ${logId} does not exist.`)
    if (row.fsync !== 'on') throw new Problem('unavailable', 'Postgres runs with fsync off.')
    if (row.synchronousCommit === 'off') {
      throw new Problem('unavailable', 'Postgres runs with synchronous_commit off.')
    }
  }

  override async close(): Promise<void> {
    await Promise.all([super.close(), this.#appends.close(), this.#database.$disconnect()])
  }
}

interface Durability {
  fsync: string
  synchronousCommit: string
  exists: boolean
}
