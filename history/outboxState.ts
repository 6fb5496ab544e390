import { Prisma, type Database } from './database.ts'

/** What is in the outbox; no number is above 10,000, which stands for more. */
export interface OutboxState {
  /** Messages that are to be moved. */
  waiting: number
  /** Messages that the log refused; they wait for an operator. */
  refused: number
  /** The age of the first message that is to be moved, since it was published, which may be long before its commit; 0 if there is none. */
  oldestSeconds: number
}

/** Looks at the first 10,000 rows, which takes some milliseconds. */
export async function readOutbox(database: Database, logId: number): Promise<OutboxState> {
  const rows = await database.$queryRaw<StateRow[]>(Prisma.sql`
    select count(*) filter (where "refused" is null)::int as "waiting", count("refused")::int as "refused",
      (array_agg("message_id"::text order by "id") filter (where "refused" is null))[1] as "oldest",
      clock_timestamp() as "clock"
    from (
      select "id", "message_id", "refused" from "outbox" where "log_id" = ${logId}::smallint order by "id" limit 10000
    ) first`)
  const { waiting = 0, refused = 0, oldest = null, clock = new Date() } = rows[0] ?? {}
  const publishedAt = oldest === null ? clock.getTime() : timeOf(oldest)
  return { waiting, refused, oldestSeconds: Math.max(0, clock.getTime() - publishedAt) / 1_000 }
}

/** When a UUID v7 was made, in milliseconds. */
function timeOf(uuid: string): number {
  return parseInt(uuid.slice(0, 13).replace('-', ''), 16)
}

interface StateRow {
  waiting: number
  refused: number
  oldest: string | null
  clock: Date
}
