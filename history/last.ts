import { Problem } from '../contract/problem.ts'
import { fitting } from './fitting.ts'
import type { Pool } from './pool.ts'
import { toEntries, type Row } from './row.ts'
import type { Last, LastQuery } from './types.ts'

/** The newest of each channel by its own index, then the newest of all these. The head is of the same moment. */
const LAST = `
  select l."epoch", l."head", m.* from "log" l left join lateral (${fitting(
    `
      select one.* from unnest($3::text[]) as wanted("name"), lateral (
        select "position", "data_bytes" from "message"
        where "log_id" = $1::smallint and "channel" = wanted."name"
        order by "position" desc limit $4::int
      ) one`,
    'desc',
  )}) m on true
  where l."id" = $1::smallint`

export async function readLast(pool: Pool, log: number, query: LastQuery): Promise<Last> {
  const { channels, count, maxBytes } = query
  const rows = await pool.query<LastRow>(LAST, [log, maxBytes, [...new Set(channels)], count])
  const [first] = rows
  if (first === undefined) throw new Problem('unavailable', `Log ${log} does not exist.`)
  return { epoch: first.epoch, position: Number(first.head), entries: toEntries(rows) }
}

interface LastRow extends Row {
  epoch: string
  head: string
}
