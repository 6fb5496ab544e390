import { Problem } from '../contract/problem.ts'
import { fitting } from './fitting.ts'
import { idAt } from './idAt.ts'
import type { Parameter, Pool } from './pool.ts'
import type { Snapshot } from './replica.ts'
import { toEntries, type Row } from './row.ts'
import type { MarkedScanQuery, RangeQuery, ScannedRange, ScanQuery, Range } from './types.ts'

/** Positions in one scan at most, on any channels: a statement has two seconds. */
const MAX_POSITIONS = 1_000

export async function readScan(
  pool: Pool,
  log: number,
  query: MarkedScanQuery,
): Promise<ScannedRange> {
  const bounded = { ...query, upTo: Math.min(query.upTo, query.after + MAX_POSITIONS) }
  const channels = query.channels === undefined ? null : [...query.channels]
  const parameters = [channels, query.mark ?? 0]
  const { range, rows } = await read<ScanRow>(pool, SCAN, log, bounded, parameters)
  const id = range.upTo === bounded.upTo ? rows[0].end : range.entries.at(-1)?.id
  return { ...range, position: Number(rows[0].head), id: id ?? '', idAt: rows[0].at_mark ?? '' }
}

export async function readRange(
  pool: Pool,
  log: number,
  query: RangeQuery,
): Promise<Snapshot<Range>> {
  const parameters = [[...new Set(query.channels)], query.limit]
  const { range, rows } = await read<RangeRow>(pool, RANGE, log, query, parameters)
  return { answer: range, epoch: query.epoch, position: Number(rows[0].head) }
}

/** The bounds come first, so that the scan goes along the index of the positions, however few channels it names. */
const SCAN = statement(
  `
  select "position", "data_bytes" from (
    select "position", "data_bytes", "channel" from "message"
    where "log_id" = $1::smallint and "position" > $3::bigint and "position" <= $4::bigint
    offset 0
  ) between_them where $5::text[] is null or "channel" in (select unnest($5::text[]))`,
  `, ${idAt('$4')} as "end", ${idAt('$6')} as "at_mark"`,
)

/**
 * Channel by channel along its own index, then merged. One index scan over `channel = any(…)` would read every message of every
 * channel before it could sort out the first few. One more than the limit shows whether there are more.
 */
const RANGE = statement(`
  select one.* from unnest($5::text[]) as wanted("name"), lateral (
    select "position", "data_bytes" from "message"
    where "log_id" = $1::smallint and "channel" = wanted."name"
      and "position" > $3::bigint and "position" <= $4::bigint
    order by "position" limit $6::int + 1
  ) one order by one."position" limit $6::int + 1`)

/** One statement for epoch and messages: between two, a restore could pass the restored log off as the one before. */
function statement(candidates: string, more = ''): string {
  return `
    select l."epoch", l."head"${more}, m.* from "log" l left join lateral (${fitting(candidates, 'asc')}) m on true
    where l."id" = $1::smallint`
}

async function read<R extends RangeRow>(
  pool: Pool,
  sql: string,
  log: number,
  { epoch, after, upTo, maxBytes, limit = Infinity }: ScanQuery & { limit?: number },
  more: readonly Parameter[],
): Promise<{ range: Range; rows: [R, ...R[]] }> {
  const [first, ...others] = await pool.query<R>(sql, [log, maxBytes, after, upTo, ...more])
  if (first?.epoch !== epoch) throw new Problem('unavailable', 'The log has another epoch now.')
  const rows: [R, ...R[]] = [first, ...others]
  const entries = toEntries(rows).slice(0, limit)
  const isWhole = entries.length === Number(first.found ?? 0)
  const range = { entries, upTo: isWhole ? upTo : (entries.at(-1)?.position ?? upTo) }
  return { range, rows }
}

interface RangeRow extends Row {
  epoch: string
  head: string
  found: string | null
}

interface ScanRow extends RangeRow {
  /** The ids of the messages at the end of the range and at the mark. */
  end: string | null
  at_mark: string | null
}
