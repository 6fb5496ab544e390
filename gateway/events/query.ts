import { z } from 'zod'
import { channelParameter } from '../../chassis/channelParameter.ts'
import { channels, MAX_CHANNELS, TOO_MANY_CHANNELS } from '../../chassis/description/parameters.ts'
import { reading, wholeNumber } from '../../chassis/description/reading.ts'
import { queryReader } from '../../chassis/queryReader.ts'
import { EVENT_ID, formatEventId } from '../../contract/eventId.ts'
import { formatLogIds, LOG_IDS } from '../../contract/logIds.ts'
import { MAX_PRESENCE_CHANNELS } from '../../contract/presence.ts'
import { Problem } from '../../contract/problem.ts'
import { parseSince, parseSinceId, SINCE_FORMS, type Since } from '../../contract/since.ts'
import type { EphemeralQuery } from './ephemeral.ts'

export interface EventsQuery {
  /** Each once. */
  channels: string[]
  since: Since
  /** The query's `since` if an id beats it: it counts in logs that the id does not name. */
  otherwise?: Since | undefined
  /** Seconds between heartbeats, if the client asked for them. */
  heartbeat: number | undefined
  /** Undefined if it asks for neither presence nor signals. */
  ephemeral?: EphemeralQuery | undefined
}

/** For all channels together: one query reads them. */
const MAX_LAST = 1_000
/** Seconds. Some clients give up after 5 s of silence; nginx does after 75. */
const MIN_HEARTBEAT = 2
const MAX_HEARTBEAT = 60

/** An empty value counts as none. */
function orNothing<S extends z.ZodType>(schema: S) {
  return z.preprocess((text) => (text === '' ? undefined : text), schema.optional())
}

/** An event id, or nothing. */
export const ID_OR_NONE = `^$|${EVENT_ID.source}|${LOG_IDS.source}`

const since = reading(parseSince, SINCE_FORMS).meta({
  type: 'string',
  anyOf: [
    { pattern: '^(0|[1-9][0-9]{0,14})?$' },
    { pattern: EVENT_ID.source },
    { pattern: LOG_IDS.source },
    { format: 'date-time' },
    { pattern: '^-([1-9][0-9]{0,2}|1000)$' },
  ],
})

/** Some of the stream's channels. */
function someOf(most: number, tooMany: string) {
  return z.array(z.string().meta({ $ref: '#/components/schemas/ChannelName' })).max(most, tooMany)
}

export const EventsParameters = z
  .object({
    channel: channels.describe('The channels to listen to'),
    since: since.optional().describe(`Where to begin: ${SINCE_FORMS}. Without it: now`),
    // A wrong one is another problem: it is checked later.
    lastEventId: orNothing(z.string().meta({ pattern: ID_OR_NONE })).describe(
      'For clients that can set no header: as `Last-Event-ID`, which beats it',
    ),
    heartbeat: orNothing(
      wholeNumber(
        MIN_HEARTBEAT,
        MAX_HEARTBEAT,
        `whole seconds from ${MIN_HEARTBEAT} to ${MAX_HEARTBEAT}`,
      ),
    ).describe('Seconds between heartbeats, if shorter than the server’s'),
    presence: someOf(MAX_PRESENCE_CHANNELS, `at most ${MAX_PRESENCE_CHANNELS} channels`).describe(
      'Be in these channels, and hear who else is; each is one of `channel`',
    ),
    signals: someOf(MAX_CHANNELS, TOO_MANY_CHANNELS).describe(
      'Hear the signals of these channels; each is one of `channel`',
    ),
  })
  .superRefine(({ channel, presence, signals }, context) => {
    for (const [name, some] of Object.entries({ presence, signals })) {
      if (some.every((each) => channel.includes(each))) continue
      context.addIssue({ code: 'custom', path: [name], message: 'expected channels of the stream' })
    }
  })
  .superRefine(({ since: start, channel }, context) => {
    if (start?.kind !== 'last' || start.count * new Set(channel).size <= MAX_LAST) return
    const message = `N times the number of channels may be at most ${MAX_LAST}`
    context.addIssue({ code: 'custom', path: ['since'], message })
  })

const readEventsQuery = queryReader(EventsParameters)

/**
 * Reads the query of `GET /events` and the `Last-Event-ID` header. The header beats `lastEventId`, which libraries use if they
 * may set no header. Both beat `since`, because a client that reconnects sends its first URL again. An empty value counts as
 * none. Throws `invalid-parameter`, `invalid-channel` or `invalid-event-id`.
 */
export function parseEventsQuery(search: string, lastEventId: string | undefined): EventsQuery {
  const query = readUsual(search) ?? readEventsQuery(search)
  const id = lastEventId || query.lastEventId
  return {
    channels: [...new Set(query.channel)].map((name) => channelParameter(name)),
    ...(id
      ? { since: parseLastEventId(id), otherwise: query.since }
      : { since: query.since ?? { kind: 'now' } }),
    heartbeat: query.heartbeat,
    ...(query.presence.length + query.signals.length > 0 && {
      ephemeral: {
        presence: [...new Set(query.presence)],
        signals: [...new Set(query.signals)],
      },
    }),
  }
}

/**
 * Nearly all streams ask for nothing but channels, and thousands connect at once: no schema is needed for these, which takes several
 * times as long. Undefined for any other query.
 */
function readUsual(search: string): z.output<typeof EventsParameters> | undefined {
  if (!CHANNELS_ONLY.test(search)) return undefined
  const channel = search.slice('channel='.length).split('&channel=')
  return channel.length > MAX_CHANNELS ? undefined : { channel, presence: [], signals: [] }
}

const CHANNELS_ONLY = /^channel=[\w.-]+(?:&channel=[\w.-]+)*$/

/** The id that the client sent, unchanged. */
export function requestedId({ since: start }: EventsQuery): string | undefined {
  if (start.kind === 'cursor') return formatLogIds(start.ids)
  return start.kind === 'id' ? formatEventId(start.epoch, start.position) : undefined
}

function parseLastEventId(text: string): Since {
  const id = parseSinceId(text)
  if (id === undefined) throw new Problem('invalid-event-id')
  return id
}
