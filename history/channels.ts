import type { ChannelInfo } from '../contract/history.ts'
import type { Pool } from './pool.ts'
import type { ChannelNames, ChannelNamesQuery } from './types.ts'

/** In one read: with more, the share of each would be a name or two. */
const MAX_RANGES = 50

/** Names of channels range by range: one range may have all channels of the table, and another one name. */
export async function readChannelNames(
  pool: Pool,
  log: number,
  { ranges, after, looks }: ChannelNamesQuery,
): Promise<ChannelNames> {
  const some = ranges.slice(0, MAX_RANGES)
  // A range of one name must not look as if it had more.
  const share = Math.max(2, Math.floor(looks / Math.max(1, some.length)))
  const bounds = [some.map(({ from }) => from), some.map(({ to }) => to)]
  const rows = await pool.query<NameRow>(NAMES, [log, ...bounds, after, share])
  // Beyond a range that may have more, names would be missing.
  const cut = rows.find((row) => Number(row.number) === share)
  const found = rows.filter(({ range }) => cut === undefined || Number(range) <= Number(cut.range))
  const end = ranges.length > some.length ? some.at(-1)?.to : undefined
  return {
    channels: found.map(({ name, head, count }) => ({
      name,
      head: Number(head),
      messages: Number(count),
    })),
    end: cut === undefined ? end : found.at(-1)?.name,
  }
}

/** An index of its own, because databases sort texts in many ways, and ranges of names are ranges of bytes. */
const NAMES = `
  select r."range", c.* from unnest($2::text[], $3::text[]) with ordinality as r("from", "to", "range"),
    lateral (
      select "name", "head", "count", row_number() over (order by "name" collate "C") as "number" from (
        select "name", "head", "count" - "removed" as "count" from "channel"
        where "log_id" = $1::smallint and "name" collate "C" >= r."from" and "name" collate "C" < r."to"
          and "name" collate "C" > $4::text
        order by "name" collate "C" limit $5::int
      ) one
    ) c order by r."range", c."number"`

interface NameRow {
  range: string
  number: string
  name: string
  head: string
  count: string
}

/** One without any message has head 0 and no messages. */
export async function readChannel(pool: Pool, log: number, name: string): Promise<ChannelInfo> {
  const [row] = await pool.query<{ head: string; count: string }>(CHANNEL, [log, name])
  return { name, head: Number(row?.head ?? 0), messages: Number(row?.count ?? 0) }
}

const CHANNEL = `
  select "head", "count" - "removed" as "count" from "channel" where "log_id" = $1::smallint and "name" = $2::text`
