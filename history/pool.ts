import { PrismaPg } from '@prisma/adapter-pg'
import type { ArgType } from '@prisma/driver-adapter-utils'
import type { ClientBase } from 'pg'
import { ASK_TIMEOUT_MS } from './askServer.ts'
import { BoundedClient } from './boundedClient.ts'
import { clientOf } from './chosenClient.ts'
import { Servers } from './servers.ts'
import { SESSION_SETTINGS } from './sessionSettings.ts'

export interface PoolOptions {
  /** With `pgbouncer=true`: no session is kept beyond a transaction. */
  databaseUrl: string
  /** Which of several hosts; default: `primary`. */
  wanted?: 'primary' | 'any'
  /** The log that the connections are for. Its name is theirs in Postgres, so that a move of the log ends these only. */
  logId?: number
  /** They are for what is no log's: if the log moves, they stay where the address leads. */
  isCommon?: boolean
  /** Most connections at once. */
  connections: number
  /** Gets errors on idle connections, which no query could report. */
  onError: (error: Error) => void
}

/**
 * Prisma's driver over a pool of its own. Every wait has a bound; by default it would wait for connections and locks for ever.
 */
export function createDriver(options: PoolOptions): PrismaPg {
  const { databaseUrl, wanted, connections, onError } = options
  const logId = options.isCommon === true ? undefined : options.logId
  const servers = new Servers(databaseUrl, wanted, undefined, logId)
  const pooled = isPooled(servers)
  return new PrismaPg(
    {
      connectionString: servers.url,
      Client: servers.areChosen ? clientOf(servers) : BoundedClient,
      ...(logId === undefined ? {} : { application_name: sessionName(logId) }),
      max: connections,
      connectionTimeoutMillis: 1_500 + (servers.areChosen ? ASK_TIMEOUT_MS : 0),
      idleTimeoutMillis: 30_000,
      keepAlive: true,
      // The pool waits for it.
      // oxlint-disable-next-line typescript/no-misused-promises
      ...(pooled ? { onConnect: checkSettings } : { options: OPTIONS }),
    },
    {
      onPoolError: onError,
      onConnectionError: onError,
      // One name for each text: Postgres then parses and plans it once per connection. The texts are few and fixed. PgBouncer gives
      // each transaction another connection.
      ...(pooled ? {} : { statementNameGenerator: ({ sql }) => statementName(sql) }),
    },
  )
}

/** What Postgres shows for a log's connections. */
export function sessionName(logId: number): string {
  return `causeway log ${logId}`
}

const OPTIONS = Object.entries(SESSION_SETTINGS)
  .map(([name, value]) => `-c ${name}=${value}`)
  .join(' ')

/** Prisma's own word for it, also in this place of an address. */
function isPooled({ url }: Servers): boolean {
  return new URL(url).searchParams.get('pgbouncer') === 'true'
}

/** Behind PgBouncer the sessions have them by the role; a wrong time zone would make wrong times. */
async function checkSettings(client: ClientBase): Promise<void> {
  const sql = `select name from unnest($1::text[], $2::text[]) as wanted(name, value)
    where current_setting(name) <> value`
  const { rows } = await client.query<{ name: string }>(sql, [
    Object.keys(SESSION_SETTINGS),
    Object.values(SESSION_SETTINGS),
  ])
  if (rows.length === 0) return
  const names = rows.map(({ name }) => name).join(', ')
  throw new Error(`DatabaseNotReachable: behind PgBouncer the role lacks its settings: ${names}`)
}

const names = new Map<string, string>()
function statementName(sql: string): string {
  let name = names.get(sql)
  if (name === undefined) names.set(sql, (name = `causeway_${names.size}`))
  return name
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
