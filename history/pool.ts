import { PrismaPg } from '@prisma/adapter-pg'
import type { ArgType } from '@prisma/driver-adapter-utils'
import { poolConfig, type PoolOptions } from './poolConfig.ts'

/** Prisma's driver over a pool of its own. */
export function createDriver(options: PoolOptions): PrismaPg {
  const { onError } = options
  const { config, nameOf } = poolConfig(options)
  return new PrismaPg(config, {
    onPoolError: onError,
    onConnectionError: onError,
    ...(nameOf && { statementNameGenerator: ({ sql }) => nameOf(sql) }),
  })
}

/** A value for a numbered parameter; the statement casts it (`$2::text[]`). */
export type Parameter = number | string | null | readonly string[] | readonly number[]

export type Query = <Row>(sql: string, parameters: readonly Parameter[]) => Promise<Row[]>

/** Runs SQL on Prisma's driver itself. Prisma's client is not needed for that, and its engine takes 30 MB in every process. */
export class Pool {
  readonly #driver: ReturnType<PrismaPg['connect']>
  readonly #onError: (error: Error) => void

  constructor(options: PoolOptions) {
    this.#driver = createDriver(options).connect()
    this.#onError = options.onError
  }

  /** Rows by column name. A bigint and a time come as text. Throws the driver's errors; see databaseProblem. */
  async query<Row>(sql: string, parameters: readonly Parameter[]): Promise<Row[]> {
    const driver = await this.#driver
    const { columnNames, rows } = await driver.queryRaw({
      sql,
      args: [...parameters],
      argTypes: parameters.map((value) => (Array.isArray(value) ? LIST : SCALAR)),
    })
    // Each row is a copy of this, and so of its final size: one that grows is allocated again and again.
    const blank: Record<string, unknown> = {}
    for (const name of columnNames) blank[name] = null
    return rows.map((row) => {
      const cells = { ...blank }
      columnNames.forEach((name, at) => (cells[name] = row[at]))
      // The caller says what its columns are.
      return Object(cells)
    })
  }

  /** Runs `work` in one transaction, which is rolled back if it throws. A bigint comes as text, and a time as a Date. */
  async transaction<T>(work: (query: Query) => Promise<T>): Promise<T> {
    const client = await (await this.#driver).underlyingDriver().connect()
    // Without a listener a connection that breaks between two statements would end the process.
    client.on('error', this.#onError)
    let broken = true
    try {
      await client.query('begin')
      const result = await work(
        async (sql, parameters) => (await client.query(sql, [...parameters])).rows,
      )
      await client.query('commit')
      broken = false
      return result
    } finally {
      // Postgres rolls back what a lost connection had begun.
      client.off('error', this.#onError)
      client.release(broken)
    }
  }

  async close(): Promise<void> {
    await (await this.#driver).dispose()
  }
}

const SCALAR: ArgType = { scalarType: 'unknown', arity: 'scalar' }
const LIST: ArgType = { scalarType: 'unknown', arity: 'list' }
