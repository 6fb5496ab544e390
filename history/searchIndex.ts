import { Pool, type PoolOptions } from './pool.ts'

interface SearchIndexOptions extends Omit<PoolOptions, 'connections'> {
  logId: number
}

/**
 * Puts messages of a log into its search, behind the appends. It has one connection of its own. Several processes may do this at once:
 * each step has the log's advisory lock, or does nothing.
 */
export class SearchIndex {
  readonly #pool: Pool
  readonly #logId: number

  constructor(options: SearchIndexOptions) {
    this.#pool = new Pool({ ...options, connections: 1 })
    this.#logId = options.logId
  }

  /** Puts some in, the newest first. False if there are no more, or if another process does it. */
  async step(): Promise<boolean> {
    const [row] = await this.#pool.query<{ more: boolean }>(STEP, [this.#logId])
    return row?.more === true
  }

  close(): Promise<void> {
    return this.#pool.close()
  }
}

const STEP = 'select index_messages($1::smallint) as "more"'
