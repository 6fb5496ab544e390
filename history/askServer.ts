import { Client } from 'pg'

/** A server that hangs must not use up the time in which a caller waits for a connection. */
export const ASK_TIMEOUT_MS = 1_000

/** Whether the server of an address with one host takes writes, and has the log, if one is asked for. Rejects if it does not answer. */
export type Ask = (databaseUrl: string, logId: number | undefined) => Promise<boolean>

/** By a connection of its own. */
export async function askServer(connectionString: string, logId?: number): Promise<boolean> {
  const client = new Client({
    connectionString,
    connectionTimeoutMillis: ASK_TIMEOUT_MS,
    query_timeout: ASK_TIMEOUT_MS,
  })
  // A connection that breaks fails the question.
  client.on('error', () => {})
  try {
    await client.connect()
    return await takesWrites(client, logId)
  } finally {
    client.end().catch(() => {})
  }
}

/** The question of libpq's `target_session_attrs=read-write`. A standby only reads. A log that is moved is in one of two databases. */
export async function takesWrites(client: Client, logId?: number): Promise<boolean> {
  const { rows } = await client.query<{ transaction_read_only: string }>(
    'show transaction_read_only',
  )
  if (rows[0]?.transaction_read_only !== 'off') return false
  return logId === undefined || !(await isAway(client, logId))
}

/** By a look into the row as a whole: a migration may not have added the column yet. */
async function isAway(client: Client, logId: number): Promise<boolean> {
  const sql = `select (to_jsonb(l)->>'away')::boolean as "away" from "log" l where l."id" = $1`
  const { rows } = await client.query<{ away: boolean | null }>(sql, [logId])
  return rows[0]?.away === true
}
