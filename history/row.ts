import type { About, Relation } from '../contract/about.ts'
import { encodeMessage, type Entry } from '../contract/message.ts'
import type { Appended } from './types.ts'

/** A message as a query returns it: by Prisma's client, or as text by the pool. */
export interface Row {
  position: bigint | string
  previous: bigint | string
  id: string
  channel: string
  type: string
  sender_id: string
  sender_name: string
  /** JSON text. */
  data: string
  sent_at: Date | string
  about: bigint | string | null
  about_as: Relation | null
  deleted: boolean
}

/** The messages among the rows; others tell only about the log. Sorted here: the server would sort them with their data. */
export function toEntries(rows: readonly Row[], order: 'asc' | 'desc' = 'asc'): Entry[] {
  const sign = order === 'asc' ? 1 : -1
  return rows
    .filter(({ position }) => position !== null)
    .map(toEntry)
    .sort((one, other) => sign * (one.position - other.position))
}

/** The only way from the database to the wire, so that live delivery, resumed streams and history show the same bytes. */
export function toEntry(row: Row): Entry {
  const position = Number(row.position)
  const previous = Number(row.previous)
  const json = encodeMessage({
    position,
    previous,
    id: row.id,
    channel: row.channel,
    type: row.type,
    sender: { id: row.sender_id, name: row.sender_name },
    about: aboutOf(row),
    deleted: row.deleted,
    data: row.data,
    sentAt: toISO(row.sent_at),
  })
  return { position, previous, id: row.id, channel: row.channel, json }
}

/** The zone of a session is UTC, so a time's text has the digits already. A Date would take a third of the time for a page. */
function toISO(time: Date | string): string {
  const [, day, clock, fraction = ''] = (typeof time === 'string' && UTC.exec(time)) || []
  if (day === undefined) return new Date(time).toISOString()
  return `${day}T${clock}.${fraction.padEnd(3, '0')}Z`
}

/** With milliseconds, and without zeros at their end; by a cast, or by the driver. */
const UTC = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.(\d{1,3}))?\+00(?::00)?$/

function aboutOf({ about, about_as: as }: Row): About | undefined {
  return about === null || as === null ? undefined : { position: Number(about), as }
}

/** A message as an append returns it. */
export interface AppendedRow extends Row {
  epoch: string
  link: string
  repeated: boolean
}

export function toAppended(row: AppendedRow): Appended {
  const { epoch, link, repeated } = row
  return { entry: toEntry(row), epoch, link, repeated }
}
