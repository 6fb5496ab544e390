import { Client } from 'pg'

/** A server that hangs must not use up the time in which a caller waits for a connection. */
export const ASK_TIMEOUT_MS = 1_000

/** Whether the server of an address with one host takes writes. Rejects if it does not answer. */
export type Ask = (databaseUrl: string) => Promise<boolean>

/** By a connection of its own. */
export async function askServer(connectionString: string): Promise<boolean> {
  const client = new Client({
    connectionString,
    connectionTimeoutMillis: ASK_TIMEOUT_MS,
    query_timeout: ASK_TIMEOUT_MS,
  })
  // A connection that breaks fails the question.
  client.on('error', () => {})
  try {
    await client.connect()
    return await takesWrites(client)
  } finally {
    client.end().catch(() => {})
  }
}

/** The question of libpq's `target_session_attrs=read-write`. A standby only reads. */
export async function takesWrites(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ transaction_read_only: string }>(
    'show transaction_read_only',
  )
  return rows[0]?.transaction_read_only === 'off'
}
