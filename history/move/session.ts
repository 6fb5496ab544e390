import { Client } from 'pg'
import { parseDatabaseUrl } from '../servers.ts'

export type Query = <Row = unknown>(sql: string, parameters?: readonly unknown[]) => Promise<Row[]>

/** One connection for several statements, of which some may be in a transaction. It breaks off after the work, whatever is open. */
export async function withSession<T>(
  databaseUrl: string,
  work: (query: Query) => Promise<T>,
): Promise<T> {
  const { url } = parseDatabaseUrl(databaseUrl)
  const client = new Client({ connectionString: url.href, connectionTimeoutMillis: 10_000 })
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
