import type { Query } from './session.ts'

/** The tables with what belongs to a log, each by its column `log_id`. The log's own row is written last, by hand. */
export const LOG_TABLES = [
  'message',
  'channel',
  'fold',
  'reaction',
  'idempotency',
  'outbox',
  'archive',
  'mqtt_session',
  'search',
  'search_state',
] as const

/** Of a publication, its slot and its subscription. */
export function linkName(log: number): string {
  return `causeway_log_${log}`
}

/** A log's row without its place. */
export interface LogRow {
  epoch: string
  head: string
  last_id: string | null
  low: string
  last_at: string
  away: boolean
}

const ROW = `select "epoch", "head"::text, "last_id"::text, "low"::text, "last_at"::text, "away" from "log" where "id" = $1`

export async function readLogRow(query: Query, log: number): Promise<LogRow | undefined> {
  const [row] = await query<LogRow>(ROW, [log])
  return row
}

/** The first and the last position that a log's partitions are for; undefined if it has none. */
export async function partitionBounds(
  query: Query,
  log: number,
): Promise<{ first: string; last: string } | undefined> {
  const [row] = await query<{ first: string | null; last: string | null }>(BOUNDS, [String(log)])
  const { first = null, last = null } = row ?? {}
  return first === null || last === null ? undefined : { first, last }
}

const BOUNDS = `
  select (min(e.n) - partition_size() + 1)::text as "first", max(e.n)::text as "last"
  from pg_inherits i join pg_class c on c."oid" = i."inhrelid",
    lateral (select split_part(c."relname", '_', 3)::bigint) as e(n)
  where i."inhparent" = 'message'::regclass and split_part(c."relname", '_', 2) = $1`

/** How many rows each table has of a log, and the newest messages: two databases that agree in it have the same log. */
export async function fingerprint(query: Query, log: number): Promise<Record<string, string>> {
  const found: Record<string, string> = {}
  for (const table of LOG_TABLES) {
    const [row] = await query<{ count: string }>(
      `select count(*)::text as "count" from "${table}" where "log_id" = $1`,
      [log],
    )
    found[table] = row?.count ?? ''
  }
  const [sums] = await query<{ channels: string; newest: string | null }>(SUMS, [log, NEWEST])
  return { ...found, ...sums, newest: sums?.newest ?? '' }
}

const NEWEST = 10_000
const SUMS = `
  select
    (select concat(sum("head"), ' ', sum("count"), ' ', sum("low")) from "channel" where "log_id" = $1) as "channels",
    (select md5(string_agg(concat(m."position", m."id", m."channel", m."data", m."deleted"), '' order by m."position"))
      from (select * from "message" where "log_id" = $1 order by "position" desc limit $2) m) as "newest"`
