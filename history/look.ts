import { PAGE_BYTES, READ_COUNT } from './lookLimits.ts'
import { pageSql } from './pageSql.ts'
import type { Parameter, Pool } from './pool.ts'
import type { Row } from './row.ts'
import type { PageQuery } from './types.ts'

/** How far one look may go: at so many messages, and for so many bytes of data. */
export interface LookQuery extends PageQuery {
  /** It must look at all that its page has looked at. */
  isRest: boolean
  looks: number
  readBytes: number
}

/** What a look says about its log. */
export interface OfLog {
  epoch: string
  logHead: number
  /** Of all the channels. */
  head: number
  low: number
}

/** What one statement sees: the first messages of a page, and where the page ends. */
export interface Looked extends OfLook {
  /** Of the messages; in no order. */
  rows: readonly LookedRow[]
}

interface OfLook extends OfLog {
  /** How far a channel was looked through that has more; undefined if all were looked through to their end. */
  edge?: number
  /** The number of messages that the query matches, up to one more than the limit. */
  found: number
  /** The number of these that are on the page. */
  kept: number
  last?: number
}

interface LookedRow extends Row {
  /** Whether there is something to fold into it, if the page is folded. */
  has_fold: boolean | null
}

/** A row as a statement returns it: without any message there is one of nulls. */
export interface AnsweredRow extends LookedRow {
  /** What it says beside the messages, as JSON; null in all rows but one. To read a cell costs as much as to make it. */
  look: string | null
}

/** Undefined if there is no such log. */
export async function look(pool: Pool, log: number, query: LookQuery): Promise<Looked | undefined> {
  const { channels, limit, after = null, before = null, from, to, readBytes } = query
  const { sender = null, type = null, about = null, isFolded = false } = query
  const { sql, looks: enough } = pageSql(query, query.isRest)
  const times = [from, to].map((time) => time?.toISOString() ?? null)
  const most = Math.max(1, Math.floor(query.looks / channels.length))
  const bounds: Parameter[] = [
    Math.min(enough, most),
    PAGE_BYTES,
    Math.min(limit, READ_COUNT),
    readBytes,
  ]
  const filters = [sender, type, about, String(isFolded)]
  const parameters = [log, channels, after, before, ...times, limit, ...filters, ...bounds]
  const rows = await pool.query<AnsweredRow>(sql, parameters)
  const json = saidBy(rows)
  if (json === undefined) return undefined
  const ofLook: OfLook = JSON.parse(json)
  return { ...ofLook, rows }
}

/** What the rows say beside the messages; undefined if there is no such log. */
export function saidBy(rows: readonly AnsweredRow[]): string | undefined {
  return rows.find((row) => row.look !== null)?.look ?? undefined
}
