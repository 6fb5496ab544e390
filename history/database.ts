import { PrismaPg } from '@prisma/adapter-pg'
import { Prisma, PrismaClient } from '../prisma/client/client.ts'

export { Prisma }
export type Database = PrismaClient

export interface DatabaseOptions {
  url: string
  /** Most connections at once. */
  connections: number
  /** For trouble on idle connections, which no query is there to report. */
  onError: (error: Error) => void
}

/**
 * A Prisma client over a pool of its own, with a bound on every wait: by default the pool waits for a connection, and the
 * server for a lock, for ever.
 */
export function openDatabase({ url, connections, onError }: DatabaseOptions): Database {
  const adapter = new PrismaPg(
    {
      connectionString: url,
      max: connections,
      connectionTimeoutMillis: 1_500,
      // Above the server's own limit: it is for a link that went silent, where the server's answer never comes. Together with
      // the wait for a connection it bounds how long a post may hang: 503 within about three seconds.
      query_timeout: 2_500,
      idleTimeoutMillis: 30_000,
      keepAlive: true,
      options:
        '-c statement_timeout=2000 -c lock_timeout=1500 -c idle_in_transaction_session_timeout=5000',
    },
    {
      onPoolError: onError,
      onConnectionError: onError,
      // One name for each text: Postgres then parses and plans it once per connection. The texts are few and fixed.
      statementNameGenerator: ({ sql }) => statementName(sql),
    },
  )
  return new PrismaClient({ adapter })
}

const names = new Map<string, string>()
function statementName(sql: string): string {
  let name = names.get(sql)
  if (name === undefined) names.set(sql, (name = `causeway_${names.size}`))
  return name
}
