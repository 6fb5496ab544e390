import type { Marker } from './markers.ts'
import { IS_NO_CHANGE } from './pageSql.ts'
import type { Pool } from './pool.ts'

/** How much of a channel is unread. */
export interface Unread {
  channel: string
  /** Everything up to it is read. */
  position: number
  head: number
  /** Messages of others above it, of the first `MAX_UNREAD` there; changes of messages do not count. */
  unread: number
}

/** Up to where a channel is to count as read; without a position, up to its head. */
export interface Wanted {
  channel: string
  position?: number | undefined
}

/** So many are looked at in each channel; a person reads "99+". */
export const MAX_UNREAD = 100

/** What is unread in some channels of one log, in no order. */
export async function readUnread(
  pool: Pool,
  log: number,
  reader: string,
  markers: readonly Marker[],
): Promise<Unread[]> {
  const rows = await pool.query<UnreadRow>(UNREAD, [
    log,
    markers.map(({ channel }) => channel),
    markers.map(({ epoch }) => epoch),
    markers.map(({ position }) => String(position)),
    markers.map(({ at }) => at),
    reader,
  ])
  return rows.map(({ channel, position, head, unread }) => ({
    channel,
    position: Number(position),
    head: Number(head),
    unread: Number(unread),
  }))
}

/**
 * Where markers on channels of one log are to stand: at these positions, or at the head if there is none or it is beyond. Each with
 * the log's epoch and the time of the message there.
 */
export async function readMarks(
  pool: Pool,
  log: number,
  wanted: readonly Wanted[],
): Promise<Marker[]> {
  const rows = await pool.query<MarkRow>(MARKS, [
    log,
    wanted.map(({ channel }) => channel),
    wanted.map(({ position = AT_HEAD }) => String(position)),
  ])
  return rows.map((row) => ({ ...row, position: Number(row.position) }))
}

/** No position is negative. */
const AT_HEAD = -1

const MARKS = `
  select w."channel", l."epoch", p."position", coalesce(m."sent_at", now())::text as "at"
  from "log" l
    cross join unnest($2::text[], $3::bigint[]) as w("channel", "position")
    left join "channel" c on c."log_id" = l."id" and c."name" = w."channel"
    cross join lateral (select least(nullif(w."position", ${AT_HEAD}), coalesce(c."head", 0)) as "position") p
    left join lateral (
      select "sent_at" from "message"
      where "log_id" = $1::smallint and "channel" = w."channel" and "position" <= p."position"
      order by "position" desc limit 1
    ) m on true
  where l."id" = $1::smallint`

/** A marker of another epoch counts by its time: what the log had when it was read is older, and what came since is newer. */
const UNREAD = `
  select w."channel", p."position", coalesce(c."head", 0) as "head", u."unread"
  from "log" l
    cross join unnest($2::text[], $3::text[], $4::bigint[], $5::timestamptz[]) as w("channel", "epoch", "position", "at")
    left join "channel" c on c."log_id" = l."id" and c."name" = w."channel"
    cross join lateral (
      select case when w."epoch" = l."epoch" then w."position" else coalesce((
        select "position" from "message"
        where "log_id" = $1::smallint and "sent_at" <= w."at" order by "sent_at" desc, "position" desc limit 1
      ), 0) end as "position"
    ) p
    cross join lateral (
      select count(*) filter (where "sender_id" <> $6::text and not "deleted") as "unread" from (
        select "sender_id", "deleted" from "message"
        where "log_id" = $1::smallint and "channel" = w."channel" and "position" > p."position" and ${IS_NO_CHANGE}
        order by "position" limit ${MAX_UNREAD}
      ) m
    ) u
  where l."id" = $1::smallint`

interface UnreadRow {
  channel: string
  position: string
  head: string
  unread: string
}

interface MarkRow extends Omit<Marker, 'position'> {
  position: string
}
