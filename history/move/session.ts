import { Client } from 'pg'
import { primaryUrl } from '../servers.ts'

export type Query = <Row = unknown>(sql: string, parameters?: readonly unknown[]) => Promise<Row[]>

/**
 * One connection for several statements, of which some may be in a transaction: a pool would close it between two that are far apart. It
 * ends with the work, and with it whatever is still open. Of several hosts it is the one that takes writes.
 */
export async function withSession<T>(
  databaseUrl: string,
  work: (query: Query) => Promise<T>,
): Promise<T> {
  const connectionString = await primaryUrl(databaseUrl)
  const client = new Client({ connectionString, connectionTimeoutMillis: 10_000 })
  // A statement that fails for it says so.
  client.on('error', () => {})
  await client.connect()
  try {
    return await work(
      async (sql, parameters = []) => (await client.query(sql, [...parameters])).rows,
    )
  } finally {
    await client.end()
  }
}
