import { Problem } from '../contract/problem.ts'
import { isTooMuch } from './databaseError.ts'
import { foldEntries } from './folds.ts'
import { pageSql } from './pageSql.ts'
import type { Parameter, Pool } from './pool.ts'
import type { Snapshot } from './replica.ts'
import { toEntries, type Row } from './row.ts'
import type { Page, PageQuery, RestQuery } from './types.ts'

/** Message data in one page; without this, a page of the largest messages would hold tens of megabytes. */
const MAX_BYTES = 4_000_000

/** Message data in one read: posts wait a millisecond or two while its rows are unpacked and encoded. */
const READ_BYTES = 131_072
const READ_COUNT = 100

/** Messages that a page looks at in all its channels together. Each costs about a microsecond, and twenty if its place is not in memory. */
const LOOKS = 5_000

/** A read that took too long is tried with an eighth, and with an eighth of that, but never with less than one message. */
const LEAST_READ_BYTES = READ_BYTES / 64
const SMALLER = 8

/**
 * The first chunk of a page of some channels, and how to read on. Their head, the page's end and the first chunk come from
 * one statement, and so from one snapshot. So a stream opened after that head continues the page without a seam. Later chunks lie
 * between two positions, and nothing changes there. Times are first turned into positions. That is exact, because a message is
 * never older than the one before it.
 *
 * What a folded page says about edits, reactions and replies is newer than the page: the same as that of any later page.
 */
export async function readPage(
  pool: Pool,
  log: number,
  query: PageQuery | RestQuery,
): Promise<Snapshot<Page>> {
  const isRest = 'readBytes' in query
  let readBytes = isRest ? query.readBytes : READ_BYTES
  for (;;) {
    // A rest lies in what its page has looked at already, so it must not look at less.
    const looks = isRest ? LOOKS : (LOOKS * readBytes) / READ_BYTES
    try {
      return await readChunk(pool, log, { ...query, isRest, looks, readBytes })
    } catch (error) {
      if (!isTooMuch(error) || readBytes <= LEAST_READ_BYTES) throw error
      readBytes /= SMALLER
    }
  }
}

async function readChunk(
  pool: Pool,
  log: number,
  query: PageQuery & { isRest: boolean; looks: number; readBytes: number },
): Promise<Snapshot<Page>> {
  const { channels, limit, order, after = null, before = null, from, to, readBytes } = query
  const { sender = null, type = null, about = null } = query
  const { sql, looks: enough } = pageSql(query, query.isRest)
  const times = [from, to].map((time) => time?.toISOString() ?? null)
  const most = Math.max(1, Math.floor(query.looks / channels.length))
  const bounds: Parameter[] = [
    Math.min(enough, most),
    MAX_BYTES,
    Math.min(limit, READ_COUNT),
    readBytes,
  ]
  const { isFolded = false } = query
  const filters = [sender, type, about, String(isFolded)]
  const parameters = [log, channels, after, before, ...times, limit, ...filters, ...bounds]
  const rows = await pool.query<PageRow>(sql, parameters)
  const first = rows.find(isOfPage)
  if (first === undefined) throw new Problem('unavailable', `Log ${log} does not exist.`)
  if (query.epoch !== undefined && query.epoch !== first.epoch) {
    throw new Problem('unavailable', 'The log has another epoch now.')
  }
  const entries = toEntries(rows, order)
  const last = positionOf(first.last)
  // Most pages have no message that anything is about: then one query is enough.
  const hasFolds = rows.some(({ has_fold: hasFold }) => hasFold === true)
  const shown = hasFolds ? await foldEntries(pool, log, entries) : entries
  const kept = Number(first.kept ?? 0)
  const isFull = Number(first.found ?? 0) > kept
  const edge = positionOf(first.edge)
  const answer = {
    entries: shown,
    rest: restOf(query, first.epoch, {
      read: entries.at(-1)?.position,
      last,
      limit: kept - entries.length,
    }),
    last,
    head: Number(first.head),
    low: Number(first.low),
    more: isFull || edge !== undefined,
    end: isFull ? last : (edge ?? last),
    epoch: first.epoch,
  }
  return { answer, epoch: first.epoch, position: Number(first.log_head) }
}

function restOf(
  { channels, sender, type, about, isFolded, order, readBytes }: PageQuery & { readBytes: number },
  epoch: string,
  { read, last, limit }: { read: number | undefined; last: number | undefined; limit: number },
): RestQuery | undefined {
  if (read === undefined || last === undefined || read === last) return undefined
  const [after, before] = order === 'asc' ? [read, last + 1] : [last - 1, read]
  return { channels, sender, type, about, isFolded, order, after, before, limit, epoch, readBytes }
}

function isOfPage(row: PageRow): row is PageRow & PageColumns {
  return row.epoch !== null
}

function positionOf(text: string | null): number | undefined {
  return text === null ? undefined : Number(text)
}

/** The page's own columns. */
interface PageColumns {
  epoch: string
  log_head: string
  head: string
  low: string
  /** How far a channel was looked through that has more; null if all were looked through to their end. */
  edge: string | null
  /** The number of messages that the query matches, up to one more than the limit; null if there are none. */
  found: string | null
  /** The number of these that are on the page. */
  kept: string | null
  last: string | null
}

type Nullable<T> = { [K in keyof T]: T[K] | null }

/** One row has the page's own columns too; in all others they are null. */
interface PageRow extends Row, Nullable<PageColumns> {
  /** Whether there is something to fold into it, if the page is folded; null if there is no message. */
  has_fold: boolean | null
}
