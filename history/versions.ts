import type { Entry } from '../contract/message.ts'
import { fitting } from './fitting.ts'
import type { Pool } from './pool.ts'
import { toEntries, type Row } from './row.ts'

export interface Versions {
  /** As they were appended, and blank if they were deleted; at least one if there is any. */
  entries: Entry[]
  /** Whether there are more after the last of these. */
  more: boolean
}

interface VersionsQuery {
  channel: string
  position: number
  after: number
}

/** Data in one answer. */
const MAX_BYTES = 4_000_000

export async function readVersions(
  pool: Pool,
  log: number,
  { channel, position, after }: VersionsQuery,
): Promise<Versions | undefined> {
  const rows = await pool.query<VersionRow>(VERSIONS, [log, MAX_BYTES, channel, position, after])
  const [first] = rows
  if (first === undefined) return undefined
  const entries = toEntries(rows)
  return { entries, more: entries.length < Number(first.found ?? 0) }
}

/** A row for the message even if there is no version after the position. */
const VERSIONS = `
  select target."found_it", m.* from (
    select true as "found_it" from "message"
    where "log_id" = $1::smallint and "position" = $4::bigint and "channel" = $3::text limit 1
  ) target left join lateral (${fitting(
    `
      select m."position", m."data_bytes" from (
        select $4::bigint as "at" union all (
          select unnest("edits") from "fold" where "log_id" = $1::smallint and "position" = $4::bigint
        )
      ) version cross join lateral (
        select "position", "data_bytes" from "message"
        where "log_id" = $1::smallint and "position" = version."at" limit 1
      ) m
      where version."at" > $5::bigint`,
    'asc',
  )}) m on true`

interface VersionRow extends Row {
  found: string | null
}
