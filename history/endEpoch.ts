import type { Place } from '../contract/place.ts'
import type { Pool } from './pool.ts'

/**
 * Ends an epoch of the log if the log still has it and contradicts the place; true if this call ended it. The database function
 * checks again while it holds the log's lock. So no append can come in between, and only one of many callers ends the epoch.
 */
export async function endEpoch(
  pool: Pool,
  log: number,
  epoch: string,
  { position, id }: Place,
): Promise<boolean> {
  const parameters = [log, epoch, position, id]
  const [row] = await pool.query<{ ended: boolean }>(END_EPOCH, parameters)
  return row?.ended === true
}

const END_EPOCH = `select end_epoch($1::smallint, $2::text, $3::bigint, $4::text) as "ended"`
