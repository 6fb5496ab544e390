import { Prisma, type Database } from './database.ts'

/** Some milliseconds' work: an append that uses a key again waits for one such step at most. */
const MAX_KEYS = 1_000

/**
 * Deletes some of the idempotency keys older than `seconds`; returns whether there may be more. It takes no lock on the log.
 *
 * An append judges a key's age by its own time, which is not before the log's last. So a key that is deleted here would have been
 * new to every append, whatever the clocks do.
 */
export async function deleteExpiredKeys(
  database: Database,
  log: number,
  seconds: number,
): Promise<boolean> {
  const deleted = await database.$executeRaw(Prisma.sql`
    delete from "idempotency" where "ctid" = any(array(
      select "ctid" from "idempotency"
      where "log_id" = ${log}::smallint and "at" <= (
        select "last_at" - make_interval(secs => ${seconds}::int) from "log" where "id" = ${log}::smallint)
      order by "at" limit ${MAX_KEYS}::int for update skip locked))`)
  return deleted === MAX_KEYS
}
