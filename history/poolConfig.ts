import type { ClientBase, PoolConfig } from 'pg'
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

export type StatementName = (sql: string) => string

/** Every wait has a bound; by default the driver would wait for connections and locks for ever. */
export function poolConfig(options: PoolOptions): {
  config: PoolConfig
  /** Undefined behind PgBouncer: it gives each transaction another connection. */
  nameOf: StatementName | undefined
} {
  const { databaseUrl, wanted, connections } = options
  const logId = options.isCommon === true ? undefined : options.logId
  const servers = new Servers(databaseUrl, wanted, undefined, logId)
  const pooled = isPooled(servers)
  const config: PoolConfig = {
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
  }
  return { config, nameOf: pooled ? undefined : statementName }
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

/** One name for each text: Postgres then parses and plans it once for each connection. The texts are few and fixed. */
const names = new Map<string, string>()
function statementName(sql: string): string {
  let name = names.get(sql)
  if (name === undefined) names.set(sql, (name = `causeway_${names.size}`))
  return name
}
