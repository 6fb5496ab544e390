import type { Entry } from '../contract/message.ts'
import { COLUMNS } from './fitting.ts'
import type { Pool } from './pool.ts'
import { toEntry, type Row } from './row.ts'
import type { MessagesAt } from './types.ts'

interface AtQuery {
  positions: readonly number[]
  /** For the data of all together. */
  maxBytes: number
  /** Only messages that have their data, and whose last edit is at or below this position. */
  editedUpTo?: number
}

/**
 * The messages at some positions, in the order given, as many as fit, and at least one; undefined in place of one that has been
 * removed, or that is not asked for.
 */
export async function readMessagesAt(
  pool: Pool,
  log: number,
  { positions, maxBytes, editedUpTo }: AtQuery,
): Promise<MessagesAt> {
  const parameters = [log, positions.map(String), maxBytes, editedUpTo ?? null]
  const rows = await pool.query<AtRow>(AT, parameters)
  const end = rows.findIndex(({ fits }) => !fits)
  return rows
    .slice(0, end < 0 ? rows.length : end)
    .map((row): Entry | undefined => (row.position === null ? undefined : toEntry(row)))
}

/** By sizes first, as in `fitting`: a message that does not fit is never read. */
const AT = `
  select wanted."number" = 1 or wanted."bytes" <= $3::bigint as "fits", m.* from (
    select p."position", p."number", sum(coalesce(s."data_bytes", 0)) over (order by p."number") as "bytes"
    from unnest($2::bigint[]) with ordinality as p("position", "number") left join lateral (
      select "data_bytes" from "message"
      where "log_id" = $1::smallint and "position" = p."position" limit 1
    ) s on true
  ) wanted left join lateral (
    select ${COLUMNS} from "message"
    where "log_id" = $1::smallint and "position" = wanted."position"
      and (wanted."number" = 1 or wanted."bytes" <= $3::bigint)
      and ($4::bigint is null or not "deleted" and not exists (
        select from "fold" f where f."log_id" = $1::smallint and f."position" = wanted."position"
          and f."edits"[cardinality(f."edits")] > $4::bigint
      )) limit 1
  ) m on true order by wanted."number"`

interface AtRow extends Omit<Row, 'position'> {
  fits: boolean
  position: string
}
