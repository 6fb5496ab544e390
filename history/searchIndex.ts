import type { Pool } from './pool.ts'

/**
 * Puts some messages of a log into its search, the newest first. False if there are no more. Several processes may do this at once: each
 * step has the log's advisory lock, or does nothing, and answers false.
 */
export async function indexSome(pool: Pool, log: number): Promise<boolean> {
  const [row] = await pool.query<{ more: boolean }>(STEP, [log])
  return row?.more === true
}

const STEP = 'select index_messages($1::smallint) as "more"'
