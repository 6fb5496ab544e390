import type { AccessChanges } from '../contract/access.ts'
import { readAccessChanges } from '../history/accessChanges.ts'
import { asReader } from '../history/databaseError.ts'
import { type Parameter, Pool } from '../history/pool.ts'
import type { PoolOptions } from '../history/poolConfig.ts'

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
  query<Row>(sql: string, parameters: readonly Parameter[] = []): Promise<Row[]> {
    return asReader(() => this.#pool.query<Row>(sql, parameters))
  }

  /** At most `limit` changes of grants and revocations after a number, in order. */
  accessChanges(after: number, limit: number): Promise<AccessChanges> {
    return asReader(() => readAccessChanges(this.#pool, after, limit))
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
