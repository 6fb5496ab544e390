import type { Place } from '../contract/place.ts'
import type { Pool } from './pool.ts'

/**
 * Ends an epoch of the log if it still is that one and the log really contradicts the place: true if this call ended it. The function
 * of the database looks again while it holds the log's lock, so no append can come in between, and of many callers one ends it.
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
