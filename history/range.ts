import type { Entry } from '../contract/message.ts'
import { Problem } from '../contract/problem.ts'
import { Prisma, type Database } from './database.ts'
import { toEntry, type Row } from './row.ts'

/** The log between two positions. */
export interface StretchQuery {
  /** The life of the log that the positions are of; in another one they mean something else, and `unavailable` is thrown. */
  epoch: string
  /** Exclusive. */
  after: number
  /** Inclusive. */
  upTo: number
  /** All, where it is undefined. */
  channels?: readonly string[]
}

export interface RangeQuery extends StretchQuery {
  channels: readonly string[]
  limit: number
}

export const COLUMNS = Prisma.sql`"position", "previous", "id"::text, "channel", "type",
  "sender_id", "sender_name", "data"::text, "sent_at"`

/** Goes through every position between: for short stretches of many channels. */
export function readStretch(
  database: Database,
  log: number,
  query: StretchQuery,
): Promise<Entry[]> {
  const named =
    query.channels === undefined
      ? Prisma.empty
      : Prisma.sql`and "channel" = any(${[...query.channels]}::text[])`
  return read(
    database,
    log,
    query.epoch,
    Prisma.sql`
      select ${COLUMNS} from "message"
      where "log_id" = ${log}::smallint and "position" > ${query.after}::bigint
        and "position" <= ${query.upTo}::bigint ${named}`,
  )
}

/**
 * Channel by channel off its own index, then merged: for long ranges of few channels. One index scan over
 * `channel = any(…)` would read every message of every channel before it could sort out the first few.
 */
export function readRange(database: Database, log: number, query: RangeQuery): Promise<Entry[]> {
  return read(
    database,
    log,
    query.epoch,
    Prisma.sql`
      select one.* from unnest(${[...query.channels]}::text[]) as wanted("name"), lateral (
        select ${COLUMNS} from "message"
        where "log_id" = ${log}::smallint and "channel" = wanted."name"
          and "position" > ${query.after}::bigint and "position" <= ${query.upTo}::bigint
        order by "position" limit ${query.limit}::int
      ) one order by one."position" limit ${query.limit}::int`,
  )
}

/**
 * The epoch and the messages in one statement, and so of one moment: asked for one after the other, a restore between the two
 * would pass messages of the restored log off as those of the log before.
 */
async function read(
  database: Database,
  log: number,
  epoch: string,
  messages: Prisma.Sql,
): Promise<Entry[]> {
  const rows = await database.$queryRaw<(Row & { epoch: string })[]>(Prisma.sql`
    select l."epoch", m.* from "log" l left join lateral (${messages}) m on true
    where l."id" = ${log}::smallint order by m."position"`)
  if (rows[0]?.epoch !== epoch) throw new Problem('unavailable', 'The log has another epoch now.')
  return rows.filter((row) => row.position !== null).map(toEntry)
}
