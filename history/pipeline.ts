import { Pool, type PoolClient } from 'pg'
import type { Parameter } from './pool.ts'
import { poolConfig, type PoolOptions, type StatementName } from './poolConfig.ts'

/** A connection while statements are under way on it. */
interface Lease {
  client: Promise<PoolClient>
  underWay: number
  hasFailed: boolean
}

/**
 * One connection, on which each statement is sent at once, whatever is under way: the server goes from one to the next by itself, in
 * their order. Each is a transaction of its own.
 */
export class Pipeline {
  /** Of one connection. It makes another one if that breaks, and ends it if it is not used. */
  readonly #pool: Pool
  readonly #nameOf: StatementName | undefined
  readonly #onError: (error: Error) => void
  #lease: Lease | undefined

  constructor(options: Omit<PoolOptions, 'connections'>) {
    const { config, nameOf } = poolConfig({ ...options, connections: 1 })
    this.#pool = new Pool({ ...config, pipeline: true })
    this.#nameOf = nameOf
    this.#onError = options.onError
    this.#pool.on('error', this.#onError)
  }

  /** Rows by column name. A bigint comes as text, and a time as a Date. Throws the driver's errors; see databaseProblem. */
  async query<Row extends object>(sql: string, parameters: readonly Parameter[]): Promise<Row[]> {
    const lease = (this.#lease ??= this.#open())
    lease.underWay++
    try {
      const client = await lease.client
      const name = this.#nameOf?.(sql)
      const { rows } = await client.query<Row>({ name, text: sql, values: [...parameters] })
      return rows
    } catch (error) {
      // Nobody knows how the connection is. What was sent may still be answered, but what comes now gets another one.
      lease.hasFailed = true
      this.#leave(lease)
      throw error
    } finally {
      lease.underWay--
      if (lease.underWay === 0) void this.#close(lease)
    }
  }

  async close(): Promise<void> {
    await this.#pool.end()
  }

  #open(): Lease {
    return { client: this.#connect(), underWay: 0, hasFailed: false }
  }

  async #connect(): Promise<PoolClient> {
    const client = await this.#pool.connect()
    // Without a listener a connection that breaks between two statements would end the process.
    return client.on('error', this.#onError)
  }

  #leave(lease: Lease): void {
    if (this.#lease === lease) this.#lease = undefined
  }

  async #close(lease: Lease): Promise<void> {
    this.#leave(lease)
    const client = await lease.client.catch(() => undefined)
    client?.off('error', this.#onError)
    client?.release(lease.hasFailed)
  }
}
