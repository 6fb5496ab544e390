import type { Database } from './database.ts'
import { Prisma } from './database.ts'
import { COLUMNS } from './range.ts'
import { toEntry, type Row } from './row.ts'
import type { Page, PageQuery } from './types.ts'

/** Of message data in one page: a page of the largest messages would otherwise hold tens of megabytes. */
const MAX_BYTES = 4_000_000

/**
 * One page of a channel. The channel's head and the page come from one statement and so from one snapshot: a stream opened
 * after that head continues the page without a seam. Times are turned into positions first, which is exact, because a
 * message is never older than the one before it.
 */
export async function readPage(database: Database, logId: number, query: PageQuery): Promise<Page> {
  const { channel, limit } = query
  const log = Prisma.sql`${logId}::smallint`
  const bounds = [
    query.after !== undefined && Prisma.sql`and "position" > ${query.after}::bigint`,
    query.before !== undefined && Prisma.sql`and "position" < ${query.before}::bigint`,
    query.from !== undefined && Prisma.sql`and "position" >= ${firstAt(log, query.from)}`,
    query.to !== undefined && Prisma.sql`and "position" < ${firstAt(log, query.to)}`,
  ].filter((bound) => bound !== false)
  const direction = Prisma.raw(query.order)
  const rows = await database.$queryRaw<(Row & { head: bigint; found: bigint })[]>(Prisma.sql`
    select coalesce(c."head", 0) as "head", m.*
    from (select 1) as one
      left join "channel" c on c."log_id" = ${log} and c."name" = ${channel}
      left join lateral (
        select p.*, count(*) over () as "found", row_number() over in_order as "number",
          sum(octet_length(p."data")) over in_order as "bytes"
        from (
          select ${COLUMNS} from "message" where "log_id" = ${log} and "channel" = ${channel}
            ${bounds.length > 0 ? Prisma.join(bounds, ' ') : Prisma.empty}
          order by "position" ${direction} limit ${limit + 1}::int
        ) p window in_order as (order by p."position" ${direction})
      ) m on m."number" = 1 or m."bytes" <= ${MAX_BYTES}::int
    order by m."position" ${direction}`)
  const entries = rows
    .filter((row) => row.position !== null)
    .slice(0, limit)
    .map(toEntry)
  return {
    entries,
    head: Number(rows[0]?.head ?? 0),
    more: Number(rows[0]?.found ?? 0) > entries.length,
  }
}

/** The position of the first message at or after a time; past the end of every log where there is none. */
function firstAt(log: Prisma.Sql, time: Date): Prisma.Sql {
  return Prisma.sql`coalesce((select "position" from "message" where "log_id" = ${log}
    and "sent_at" >= ${time}::timestamptz order by "sent_at", "position" limit 1), 9223372036854775807)`
}
