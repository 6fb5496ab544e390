import { Problem } from '../contract/problem.ts'
import { Appender } from './appender.ts'
import { openDatabase, Prisma, type Database } from './database.ts'
import { readerProblem } from './databaseError.ts'
import { LogReader, type LogOptions } from './logReader.ts'
import type { Appended, Draft } from './types.ts'

export interface HistoryOptions extends LogOptions {
  /** Most database connections at once, at least 3: two for appends and checks, the others for reads. */
  connections: number
  /** Most bytes of drafts waiting to be appended. */
  maxWaitingBytes: number
}

/** One batch at a time is under way, and a check beside it. */
const WRITE_CONNECTIONS = 2

/**
 * The log in Postgres to whoever also writes it. Appends have connections of their own, which no number of readers can take
 * from them. An append throws a Problem too: `unavailable`, `outcome-unknown`, `overloaded` or `idempotency-conflict`.
 */
export class History extends LogReader {
  readonly #database: Database
  readonly #appender: Appender
  readonly #logId: number

  constructor({ maxWaitingBytes, ...options }: HistoryOptions) {
    super({ ...options, connections: options.connections - WRITE_CONNECTIONS })
    this.#database = openDatabase({ ...options, connections: WRITE_CONNECTIONS })
    this.#logId = options.logId
    this.#appender = new Appender(this.#database, options.logId, maxWaitingBytes)
  }

  /** Resolves after the commit. */
  append(draft: Draft): Promise<Appended> {
    return this.#appender.append(draft)
  }

  /**
   * Throws unless this database keeps what it acknowledges. Without fsync or synchronous_commit a crash takes back commits
   * whose senders were told 201, and gives their positions out again.
   */
  async check(): Promise<void> {
    const [row] = await this.#database
      .$queryRaw<Durability[]>(
        Prisma.sql`
      select current_setting('fsync') as "fsync",
        current_setting('synchronous_commit') as "synchronousCommit",
        exists (select from "log" where "id" = ${this.#logId}::smallint) as "exists"`,
      )
      .catch((error: unknown) => {
        throw readerProblem(error)
      })
    if (row?.exists !== true) throw new Problem('unavailable', `Log ${this.#logId} does not exist.`)
    if (row.fsync !== 'on') throw new Problem('unavailable', 'Postgres runs with fsync off.')
    if (row.synchronousCommit === 'off') {
      throw new Problem('unavailable', 'Postgres runs with synchronous_commit off.')
    }
  }

  override async close(): Promise<void> {
    await Promise.all([super.close(), this.#database.$disconnect()])
  }
}

interface Durability {
  fsync: string
  synchronousCommit: string
  exists: boolean
}
