import { Problem } from '../contract/problem.ts'
import { COLUMNS } from './fitting.ts'
import { isTooMuch } from './databaseError.ts'
import { firstAt } from './firstAt.ts'
import type { Parameter, Pool } from './pool.ts'
import { toEntries, type Row } from './row.ts'
import type { Page, PageQuery, RestQuery } from './types.ts'

/** Past the end of every log. */
const END = '9223372036854775807'

/** Message data in one page; without this, a page of the largest messages would hold tens of megabytes. */
const MAX_BYTES = 4_000_000

/** Message data in one read: posts wait a millisecond or two while its rows are unpacked and encoded. */
const READ_BYTES = 131_072
const READ_COUNT = 100

/** A read that took too long is tried with an eighth, and with an eighth of that, but never with less than one message. */
const LEAST_READ_BYTES = READ_BYTES / 64
const SMALLER = 8

/**
 * The first chunk of a page of a channel, and how to read on. The channel's head, the page's end and the first chunk come from
 * one statement, and so from one snapshot. So a stream opened after that head continues the page without a seam. Later chunks lie
 * between two positions, and nothing changes there. Times are first turned into positions. That is exact, because a message is
 * never older than the one before it.
 */
export async function readPage(
  pool: Pool,
  log: number,
  query: PageQuery | RestQuery,
): Promise<Page> {
  let readBytes = 'readBytes' in query ? query.readBytes : READ_BYTES
  for (;;) {
    try {
      return await readChunk(pool, log, { ...query, readBytes })
    } catch (error) {
      if (!isTooMuch(error) || readBytes <= LEAST_READ_BYTES) throw error
      readBytes /= SMALLER
    }
  }
}

async function readChunk(
  pool: Pool,
  log: number,
  query: PageQuery & { epoch?: string; readBytes: number },
): Promise<Page> {
  const { channel, limit, order, after = null, before = null, from, to, readBytes } = query
  const times = [from, to].map((time) => time?.toISOString() ?? null)
  const bounds: Parameter[] = [MAX_BYTES, Math.min(limit, READ_COUNT), readBytes]
  const parameters = [log, channel, after, before, ...times, limit, ...bounds]
  const rows = await pool.query<PageRow>(PAGES[order], parameters)
  const [first] = rows
  if (first === undefined) throw new Problem('unavailable', `Log ${log} does not exist.`)
  if (query.epoch !== undefined && query.epoch !== first.epoch) {
    throw new Problem('unavailable', 'The log has another epoch now.')
  }
  const entries = toEntries(rows, order)
  const read = entries.at(-1)?.position
  const last = first.last === null ? undefined : Number(first.last)
  const kept = Number(first.kept ?? 0)
  return {
    entries,
    rest:
      read === undefined || last === undefined || read === last
        ? undefined
        : {
            channel,
            order,
            after: order === 'asc' ? read : last - 1,
            before: order === 'asc' ? last + 1 : read,
            limit: kept - entries.length,
            epoch: first.epoch,
            readBytes,
          },
    last,
    head: Number(first.head),
    low: Number(first.low),
    more: Number(first.found ?? 0) > kept,
  }
}

const PAGES = { asc: statement('asc'), desc: statement('desc') }

/** The sizes beside the messages show the page's end; only the first are read. `limit 1` forces joins by the primary key. */
function statement(order: 'asc' | 'desc'): string {
  const isOfPage = `"number" = 1 or ("number" <= $7::int and "bytes" <= $8::bigint)`
  return `
    select l."epoch", coalesce(c."low", 0) as "low", coalesce(c."head", 0) as "head", page."found", page."kept", page."last", m.*
    from "log" l
      left join "channel" c on c."log_id" = l."id" and c."name" = $2::text
      left join lateral (
        select "position", "number", "bytes", count(*) over () as "found",
          count(*) filter (where ${isOfPage}) over () as "kept",
          ${order === 'asc' ? 'max' : 'min'}("position") filter (where ${isOfPage}) over () as "last"
        from (
          select "position", row_number() over in_order as "number",
            sum("data_bytes") over in_order as "bytes"
          from (${candidates(order)}) candidate window in_order as (order by "position" ${order})
        ) sized
      ) page on page."number" = 1 or (page."number" <= $9::int and page."bytes" <= $10::bigint)
      left join lateral (
        select ${COLUMNS} from "message"
        where "log_id" = $1::smallint and "position" = page."position" limit 1
      ) m on true
    where l."id" = $1::smallint`
}

/** One more than the limit shows whether there are more. */
function candidates(order: 'asc' | 'desc'): string {
  return `
    select "position", "data_bytes" from "message"
    where "log_id" = $1::smallint and "channel" = $2::text
      and "position" > coalesce($3::bigint, 0) and "position" < coalesce($4::bigint, ${END})
      and "position" >= case when $5::timestamptz is null then 0 else ${firstAt('$5', END)} end
      and "position" < case when $6::timestamptz is null then ${END} else ${firstAt('$6', END)} end
    order by "position" ${order} limit $7::int + 1`
}

interface PageRow extends Row {
  epoch: string
  head: string
  low: string
  /** The number of messages that the query matches, up to one more than the limit; null if there are none. */
  found: string | null
  /** The number of these that are on the page. */
  kept: string | null
  last: string | null
}
