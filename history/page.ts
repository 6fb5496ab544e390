import type { Database } from './database.ts'
import { Prisma } from './database.ts'
import { COLUMNS } from './range.ts'
import { toEntry, type Row } from './row.ts'
import type { Page, PageQuery } from './types.ts'

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
  const rows = await database.$queryRaw<(Row & { head: bigint })[]>(Prisma.sql`
    select coalesce(c."head", 0) as "head", m.*
    from (select 1) as one
      left join "channel" c on c."log_id" = ${log} and c."name" = ${channel}
      left join lateral (
        select ${COLUMNS} from "message" where "log_id" = ${log} and "channel" = ${channel}
          ${bounds.length > 0 ? Prisma.join(bounds, ' ') : Prisma.empty}
        order by "position" ${direction} limit ${limit + 1}::int
      ) m on true
    order by m."position" ${direction}`)
  const found = rows.filter((row) => row.position !== null)
  return {
    entries: found.slice(0, limit).map(toEntry),
    head: Number(rows[0]?.head ?? 0),
    more: found.length > limit,
  }
}

/** The position of the first message at or after a time; past the end of every log where there is none. */
function firstAt(log: Prisma.Sql, time: Date): Prisma.Sql {
  return Prisma.sql`coalesce((select "position" from "message" where "log_id" = ${log}
    and "sent_at" >= ${time}::timestamptz order by "sent_at", "position" limit 1), 9223372036854775807)`
}
