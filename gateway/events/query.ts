import { formatEventId, parseEventId } from '../../contract/eventId.ts'
import { Problem, type Mistake } from '../../contract/problem.ts'
import { parseSince, SINCE_FORMS, type Since } from '../../contract/since.ts'
import { channelParameter } from '../../chassis/channelParameter.ts'

export interface EventsQuery {
  /** Each once. */
  channels: string[]
  since: Since
  /** Seconds between heartbeats, if it was asked for. */
  heartbeat: number | undefined
}

/** One stream's channels; each costs a subscription and a place in every read. */
const MAX_CHANNELS = 100
/** Of all channels together: they are read in one query. */
const MAX_LAST = 1_000
/** Seconds. Some clients read for 5 s at most before they give up; nginx does for 75. */
const MIN_HEARTBEAT = 2
const MAX_HEARTBEAT = 60

const PARAMETERS = ['channel', 'since', 'lastEventId', 'heartbeat']
const ALLOWED =
  `Parameters are channel (1 to ${MAX_CHANNELS} times), since, lastEventId ` +
  `and heartbeat (${MIN_HEARTBEAT} to ${MAX_HEARTBEAT}).`

/**
 * Reads the query of `GET /events` and the `Last-Event-ID` header. The header beats `lastEventId`, by which libraries that may
 * set no header say the same, and both beat `since`: a client that comes back sends its first URL again. An empty one is as
 * good as none. Throws `invalid-parameter`, `invalid-channel` or `invalid-event-id`.
 */
export function parseEventsQuery(search: string, lastEventId: string | undefined): EventsQuery {
  const given = new URLSearchParams(search)
  const errors: Mistake[] = []
  const mistake = (name: string, detail: string): void => {
    errors.push({ pointer: name && `#/${name}`, detail })
  }
  for (const name of new Set(given.keys())) {
    if (!PARAMETERS.includes(name)) mistake('', 'unknown parameter')
    else if (name !== 'channel' && given.getAll(name).length > 1)
      mistake(name, 'given more than once')
  }
  const names = given.getAll('channel')
  if (names.length === 0) mistake('channel', 'required')
  if (names.length > MAX_CHANNELS) mistake('channel', `at most ${MAX_CHANNELS}`)
  const since = parseSince(given.get('since') ?? '')
  if (since === undefined) mistake('since', `expected ${SINCE_FORMS}`)
  if (since?.kind === 'last' && since.count * new Set(names).size > MAX_LAST) {
    mistake('since', `-N times the number of channels is at most ${MAX_LAST}`)
  }
  const heartbeat = given.get('heartbeat') ?? ''
  if (heartbeat !== '' && !isHeartbeat(heartbeat)) {
    mistake('heartbeat', `expected whole seconds from ${MIN_HEARTBEAT} to ${MAX_HEARTBEAT}`)
  }
  if (errors.length > 0) throw new Problem('invalid-parameter', ALLOWED, { errors })
  return {
    channels: [...new Set(names.map((name) => channelParameter(name)))],
    since: parseLastEventId(lastEventId || given.get('lastEventId')) ?? since ?? { kind: 'now' },
    heartbeat: heartbeat === '' ? undefined : Number(heartbeat),
  }
}

/** The id that a client came with, as it sent it. */
export function requestedId({ since }: EventsQuery): string | undefined {
  return since.kind === 'id' ? formatEventId(since.epoch, since.position) : undefined
}

function isHeartbeat(text: string): boolean {
  const seconds = Number(text)
  return /^[1-9][0-9]?$/.test(text) && seconds >= MIN_HEARTBEAT && seconds <= MAX_HEARTBEAT
}

function parseLastEventId(text: string | null | undefined): Since | undefined {
  if (text === undefined || text === null || text === '') return undefined
  const id = parseEventId(text)
  if (id === undefined) throw new Problem('invalid-event-id')
  return { kind: 'id', ...id }
}
