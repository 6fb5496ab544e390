import type { Pool } from './pool.ts'

/** Up to where somebody has read a channel. */
export interface Marker {
  channel: string
  /** Of the log when the marker was moved. If it is another one by now, `at` counts instead of `position`. */
  epoch: string
  position: number
  /** When the message there was sent, as the database writes times. */
  at: string
}

/** The markers of one person. */
export interface Markers {
  /** The number of the person's last change. */
  version: number
  markers: (Marker & { followed: boolean })[]
}

/** The channels that one person may follow. */
export const MAX_FOLLOWED = 500

/**
 * The markers that a person changed after a version, or has on some channels. With neither, all that it has.
 * Channels that it follows no more are among those that it changed.
 */
export async function readMarkers(
  pool: Pool,
  principal: string,
  { after = 0, channels }: { after?: number; channels?: readonly string[] | undefined },
): Promise<Markers> {
  const rows = await pool.query<MarkerRow>(READ, [principal, after, channels ?? null])
  return {
    version: Number(rows[0]?.last ?? 0),
    markers: rows.flatMap(({ channel, epoch, position, at, followed }) =>
      channel === null ? [] : [{ channel, epoch, position: Number(position), at, followed }],
    ),
  }
}

/** Puts markers, at most one on each channel, and follows the channels. None moves back. False if these are too many. */
export async function moveMarkers(
  pool: Pool,
  principal: string,
  markers: readonly Marker[],
): Promise<boolean> {
  const [row] = await pool.query<{ moved: boolean }>(MOVE, [
    principal,
    markers.map(({ channel }) => channel),
    markers.map(({ epoch }) => epoch),
    markers.map(({ position }) => String(position)),
    markers.map(({ at }) => at),
    MAX_FOLLOWED,
  ])
  return row?.moved === true
}

/** The person follows the channel no more. */
export async function leaveMarker(pool: Pool, principal: string, channel: string): Promise<void> {
  await pool.query('select marker_leave($1::text, $2::text)::text', [principal, channel])
}

const READ = `
  select v."last", m."channel", m."epoch", m."position", m."at"::text as "at", m."followed"
  from (select max("version") as "last" from "marker" where "principal" = $1::text) v
  left join "marker" m on m."principal" = $1::text
    and ("followed" or $2::bigint > 0)
    and ($2::bigint = 0 or $2::bigint > v."last" or m."version" > $2::bigint)
    and ($3::text[] is null or m."channel" = any($3::text[]))`

const MOVE = `
  select markers_move($1::text, $2::text[], $3::text[], $4::bigint[], $5::timestamptz[], $6::integer) as "moved"`

interface MarkerRow {
  last: string | null
  channel: string | null
  epoch: string
  position: string
  at: string
  followed: boolean
}
