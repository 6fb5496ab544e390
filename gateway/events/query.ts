import { formatEventId, parseEventId } from '../../contract/eventId.ts'
import { Problem } from '../../contract/problem.ts'
import { Query } from '../../contract/query.ts'
import { parseSince, SINCE_FORMS, type Since } from '../../contract/since.ts'
import { channelParameter } from '../../chassis/channelParameter.ts'

export interface EventsQuery {
  /** Each once. */
  channels: string[]
  since: Since
  /** Seconds between heartbeats, if the client asked for them. */
  heartbeat: number | undefined
}

/** Channels of one stream; each costs a subscription, and a place in every read. */
const MAX_STREAM_CHANNELS = 100
/** For all channels together: one query reads them. */
const MAX_LAST = 1_000
/** Seconds. Some clients give up after 5 s of silence; nginx does after 75. */
const MIN_HEARTBEAT = 2
const MAX_HEARTBEAT = 60

const PARAMETERS = ['channel', 'since', 'lastEventId', 'heartbeat']

/**
 * Reads the query of `GET /events` and the `Last-Event-ID` header. The header beats `lastEventId`, which libraries use if they
 * may set no header. Both beat `since`, because a client that reconnects sends its first URL again. An empty value counts as
 * none. Throws `invalid-parameter`, `invalid-channel` or `invalid-event-id`.
 */
export function parseEventsQuery(search: string, lastEventId: string | undefined): EventsQuery {
  const query = new Query(search, PARAMETERS, ['channel'])
  const names = query.all('channel')
  if (names.length === 0) query.mistake('channel', 'required')
  if (names.length > MAX_STREAM_CHANNELS)
    query.mistake('channel', `at most ${MAX_STREAM_CHANNELS} channels`)
  const since: Since = query.one('since', parseSince, SINCE_FORMS) ?? { kind: 'now' }
  if (since.kind === 'last' && since.count * new Set(names).size > MAX_LAST) {
    query.mistake('since', `N times the number of channels may be at most ${MAX_LAST}`)
  }
  const heartbeat = query.one('heartbeat', parseHeartbeat, HEARTBEAT_FORM)
  const id = lastEventId || query.one('lastEventId', String, 'an event id')
  query.check()
  return {
    channels: [...new Set(names.map((name) => channelParameter(name)))],
    since: id ? parseLastEventId(id) : since,
    heartbeat: heartbeat || undefined,
  }
}

/** The id that the client sent, unchanged. */
export function requestedId({ since }: EventsQuery): string | undefined {
  return since.kind === 'id' ? formatEventId(since.epoch, since.position) : undefined
}

const HEARTBEAT_FORM = `whole seconds from ${MIN_HEARTBEAT} to ${MAX_HEARTBEAT}`

/** 0 for an empty text. */
function parseHeartbeat(text: string): number | undefined {
  const seconds = Number(text)
  if (text === '') return 0
  return /^[1-9][0-9]?$/.test(text) && seconds >= MIN_HEARTBEAT && seconds <= MAX_HEARTBEAT
    ? seconds
    : undefined
}

function parseLastEventId(text: string): Since {
  const id = parseEventId(text)
  if (id === undefined) throw new Problem('invalid-event-id')
  return { kind: 'id', ...id }
}
