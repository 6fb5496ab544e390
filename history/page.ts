import { cut } from './cut.ts'
import type { Pool } from './pool.ts'
import { toEntry, type Row } from './row.ts'
import type { Page, PageQuery } from './types.ts'

/** Past the end of every log. */
const END = '9223372036854775807'

/** Of message data in one page: a page of the largest messages would otherwise hold tens of megabytes. */
const MAX_BYTES = 4_000_000

/**
 * One page of a channel. The channel's head and the page come from one statement and so from one snapshot: a stream opened
 * after that head continues the page without a seam. Times are turned into positions first, which is exact, because a
 * message is never older than the one before it.
 */
export async function readPage(pool: Pool, log: number, query: PageQuery): Promise<Page> {
  const { channel, limit, after = null, before = null, from, to } = query
  const times = [from, to].map((time) => time?.toISOString() ?? null)
  const parameters = [log, MAX_BYTES, channel, after, before, ...times, limit]
  const rows = await pool.query<PageRow>(PAGES[query.order], parameters)
  const entries = rows
    .filter((row) => row.position !== null)
    .slice(0, limit)
    .map(toEntry)
  return {
    entries,
    head: Number(rows[0]?.head ?? 0),
    low: Number(rows[0]?.low ?? 0),
    more: Number(rows[0]?.found ?? 0) > entries.length,
  }
}

const PAGES = { asc: statement('asc'), desc: statement('desc') }

function statement(order: 'asc' | 'desc'): string {
  const candidates = `
    select "position", "data_bytes" from "message"
    where "log_id" = $1::smallint and "channel" = $3::text
      and "position" > coalesce($4::bigint, 0) and "position" < coalesce($5::bigint, ${END})
      and "position" >= case when $6::timestamptz is null then 0 else ${firstAt('$6')} end
      and "position" < case when $7::timestamptz is null then ${END} else ${firstAt('$7')} end
    order by "position" ${order} limit $8::int + 1`
  return `
    select coalesce(c."head", 0) as "head", coalesce(l."low", 0) as "low", m.*
    from (select 1) as one
      left join "log" l on l."id" = $1::smallint
      left join "channel" c on c."log_id" = $1::smallint and c."name" = $3::text
      left join lateral (${cut(candidates, order)}) m on true
    order by m."position" ${order}`
}

/** The position of the first message at or after a time; past the end of every log if there is none. */
function firstAt(time: string): string {
  return `coalesce((select "position" from "message" where "log_id" = $1::smallint
    and "sent_at" >= ${time}::timestamptz order by "sent_at", "position" limit 1), ${END})`
}

interface PageRow extends Row {
  head: string
  low: string
  found: string | null
}
