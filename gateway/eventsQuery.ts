import { parseEventId, type EventId } from '../contract/eventId.ts'
import { parsePosition } from '../contract/position.ts'
import { Problem, type Mistake } from '../contract/problem.ts'
import { parseTime } from '../contract/time.ts'
import { channelParameter } from '../chassis/channelParameter.ts'

/** Where a stream was asked to begin. */
export type Since =
  | { kind: 'now' }
  | ({ kind: 'id' } & EventId)
  | { kind: 'position'; position: number }
  | { kind: 'time'; time: Date }
  | { kind: 'last'; count: number }

export interface EventsQuery {
  /** Each once. */
  channels: string[]
  since: Since
}

/** One stream's channels; each costs a subscription and a place in every read. */
export const MAX_CHANNELS = 100
const MAX_LAST = 1_000

/**
 * Reads the query of `GET /events` and the `Last-Event-ID` header. The header beats `since`: a browser that comes back sends
 * its first URL again, and the header is what it has got to. An empty one is as good as none. Throws `invalid-parameter`,
 * `invalid-channel` or `invalid-event-id`.
 */
export function parseEventsQuery(search: string, lastEventId: string | undefined): EventsQuery {
  const given = new URLSearchParams(search)
  const errors: Mistake[] = []
  for (const name of new Set(given.keys())) {
    if (name !== 'channel' && name !== 'since') {
      errors.push({ pointer: '', detail: 'there is none but channel and since' })
    }
  }
  const sinces = given.getAll('since')
  if (sinces.length > 1) errors.push({ pointer: '#/since', detail: 'given more than once' })
  const names = given.getAll('channel')
  if (names.length === 0) errors.push({ pointer: '#/channel', detail: 'required' })
  if (names.length > MAX_CHANNELS) {
    errors.push({ pointer: '#/channel', detail: `at most ${MAX_CHANNELS}` })
  }
  const since = parseSince(sinces[0] ?? '')
  if (since === undefined) {
    const detail =
      'expected an event id, a position, a time like 2026-11-21T19:33:02Z, ' +
      `or -N for the last N of each channel (at most ${MAX_LAST})`
    errors.push({ pointer: '#/since', detail })
  }
  if (errors.length > 0) throw new Problem('invalid-parameter', undefined, { errors })
  const channels = [...new Set(names.map(channelParameter))]
  return { channels, since: parseLastEventId(lastEventId) ?? since ?? { kind: 'now' } }
}

function parseLastEventId(text: string | undefined): Since | undefined {
  if (text === undefined || text === '') return undefined
  const id = parseEventId(text)
  if (id === undefined) throw new Problem('invalid-event-id')
  return { kind: 'id', ...id }
}

function parseSince(text: string): Since | undefined {
  if (text === '') return { kind: 'now' }
  const last = /^-([1-9][0-9]{0,3})$/.exec(text)?.[1]
  if (last !== undefined) {
    return Number(last) <= MAX_LAST ? { kind: 'last', count: Number(last) } : undefined
  }
  const position = parsePosition(text)
  if (position !== undefined) return { kind: 'position', position }
  const id = parseEventId(text)
  if (id !== undefined) return { kind: 'id', ...id }
  const time = parseTime(text)
  return time && { kind: 'time', time }
}
