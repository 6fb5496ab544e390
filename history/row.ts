import type { About, Relation } from '../contract/about.ts'
import { encodeMessage, type Entry } from '../contract/message.ts'
import type { Appended, Draft } from './types.ts'

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

export function toEntry(row: Row): Entry {
  const { id, channel, type, deleted, data } = row
  const sender = { id: row.sender_id, name: row.sender_name }
  return entryOf({ id, channel, type, sender, about: aboutOf(row), deleted, data }, row)
}

type Written = Pick<Draft, 'id' | 'channel' | 'type' | 'sender' | 'about' | 'data'>
type Place = Pick<Row, 'position' | 'previous' | 'sent_at'>

/** The only way from the database to the wire, so that live delivery, resumed streams and history show the same bytes. */
function entryOf(written: Written & { deleted?: boolean }, place: Place): Entry {
  const { id, channel, type, sender, about, deleted, data } = written
  const position = Number(place.position)
  const previous = Number(place.previous)
  const sentAt = toISO(place.sent_at)
  const message = { position, previous, id, channel, type, sender, about, deleted, data, sentAt }
  return { position, previous, id, channel, json: encodeMessage(message) }
}

/** The zone of a session is UTC, so a time's text has the digits already. A Date would take a third of the time for a page. */
export function toISO(time: Date | string | number): string {
  const [, day, clock, fraction = ''] = (typeof time === 'string' && UTC.exec(time)) || []
  if (day === undefined) return new Date(time).toISOString()
  return `${day}T${clock}.${fraction.padEnd(3, '0')}Z`
}

/** With milliseconds or less, and without zeros at their end; by a cast, or by the driver. */
const UTC = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.(\d{1,3})\d{0,3})?\+00(?::00)?$/

function aboutOf({ about, about_as: as }: Row): About | undefined {
  return about === null || as === null ? undefined : { position: Number(about), as }
}

/** A message as an append returns it. */
export interface AppendedRow extends Row {
  epoch: string
  link: string
  repeated: boolean
}

/** With a draft, the row needs no more than its place and its time. */
export function toAppended(row: AppendedRow, draft?: Draft): Appended {
  const { epoch, link, repeated } = row
  const entry = draft === undefined ? toEntry(row) : entryOf(draft, row)
  return { entry, epoch, link, repeated }
}
