import { parseEventId, type EventId } from './eventId.ts'
import { parseLogIds, type LogIds } from './logIds.ts'
import { parsePosition } from './position.ts'
import { parseTime } from './time.ts'

/** The requested start of a stream. */
export type Since =
  /** `isUnnamed`: the request has an id, which names other logs only. */
  | { kind: 'now'; isUnnamed?: true }
  | ({ kind: 'id' } & EventId)
  /** An id over several logs. */
  | { kind: 'cursor'; ids: LogIds }
  | { kind: 'position'; position: number }
  | { kind: 'time'; time: Date }
  | { kind: 'last'; count: number }

/** The same for one of its logs. */
export type LogSince = Exclude<Since, { kind: 'cursor' }>

/** For people to read. */
export const SINCE_FORMS =
  'an event id, a position, a time like 2026-11-21T19:33:02Z, or -N for the last N of each channel'

/** An event id, of one log or over several; undefined for any other text. */
export function parseSinceId(text: string): Since | undefined {
  const id = parseEventId(text)
  if (id !== undefined) return { kind: 'id', ...id }
  const ids = parseLogIds(text)
  return ids && { kind: 'cursor', ids }
}

/** Reads `since` of `GET /events`; empty means from now on. Undefined if it has none of these forms. */
export function parseSince(text: string): Since | undefined {
  if (text === '') return { kind: 'now' }
  const last = /^-([1-9][0-9]{0,3})$/.exec(text)?.[1]
  if (last !== undefined) return { kind: 'last', count: Number(last) }
  const position = parsePosition(text)
  if (position !== undefined) return { kind: 'position', position }
  const id = parseSinceId(text)
  if (id !== undefined) return id
  const time = parseTime(text)
  return time && { kind: 'time', time }
}
