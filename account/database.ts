import type { AccessChanges } from '../contract/access.ts'
import { readAccessChanges } from '../history/accessChanges.ts'
import { readerProblem } from '../history/databaseError.ts'
import { type Parameter, Pool, type PoolOptions } from '../history/pool.ts'

/**
 * Runs single statements; each is a transaction of its own. Rejects with a Problem: `unavailable` if Postgres is away or too slow.
 * After a lost connection nobody knows whether a change was made. All changes here can be repeated.
 */
export class Database {
  readonly #pool: Pool

  constructor(options: PoolOptions) {
    this.#pool = new Pool(options)
  }

  /** Rows by column name. A bigint and a time come as text. */
  async query<Row>(sql: string, parameters: readonly Parameter[] = []): Promise<Row[]> {
    try {
      return await this.#pool.query<Row>(sql, parameters)
    } catch (error) {
      throw readerProblem(error)
    }
  }

  /** At most `limit` changes of grants and revocations after a number, in order. */
  async accessChanges(after: number, limit: number): Promise<AccessChanges> {
    try {
      return await readAccessChanges(this.#pool, after, limit)
    } catch (error) {
      throw readerProblem(error)
    }
  }

  close(): Promise<void> {
    return this.#pool.close()
  }
}

/** The part of it that runs statements. */
export type Queries = Pick<Database, 'query'>

/** SQL for a time in milliseconds since 1970; `millisecondsOf` reads what comes. */
export function asMilliseconds(expression: string): string {
  return `(extract(epoch from ${expression}) * 1000)::bigint`
}
