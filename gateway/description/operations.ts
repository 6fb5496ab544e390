import { z } from 'zod'
import type { Operation } from '../../chassis/description/operation.ts'
import { Presence } from '../../chassis/description/messages.ts'
import { PresenceParameters } from '../presenceRoute.ts'
import { EventsParameters, ID_OR_NONE } from '../events/query.ts'
import { controlEvents, eventId } from './controlEvents.ts'

const names = Object.keys(controlEvents).map((name) => `\`${name}\``)

const lastEventId = z
  .string()
  .regex(new RegExp(ID_OR_NONE))
  .optional()
  .describe('Resume after this id. It beats `since`')

/** Each event of a stream, by its fields. */
const StreamEvent = z
  .strictObject({
    event: z
      .enum(['message', ...Object.keys(controlEvents)])
      .optional()
      .describe('A stored message has none, which stands for `message`'),
    id: eventId.optional(),
    data: z.string().describe('One line of JSON'),
    retry: z.int().min(0).optional().describe('Milliseconds to wait before coming back'),
  })
  .meta({ id: 'StreamEvent' })

const LIMITED = ['RateLimit-Policy', 'RateLimit'] as const

const PresencePage = z
  .strictObject({ channels: z.array(Presence) })
  .meta({ id: 'PresencePage', description: 'Who is in some channels.' })

/** All that a gateway answers. */
export const gatewayOperations: Operation[] = [
  {
    id: 'listen',
    method: 'get',
    path: '/events',
    tag: 'Listening',
    summary: 'Open a stream',
    description: `Server-sent events: each message as an unnamed event with an id, and the named events ${names.join(', ')}. \`/asyncapi.json\` describes them. What may pass is answered with 200 and one \`goodbye\`, because a browser’s EventSource gives up after any other status.`,
    credential: 'token',
    query: EventsParameters,
    headers: { 'Last-Event-ID': lastEventId },
    answers: [
      {
        status: 200,
        description: 'A stream. It ends after an hour at most: come back with the last id.',
        content: { 'text/event-stream': StreamEvent },
      },
    ],
    problems: [
      'unauthenticated',
      'forbidden',
      'invalid-channel',
      'invalid-parameter',
      'invalid-event-id',
      'not-acceptable',
    ],
    examples: [
      {
        name: 'two',
        summary: 'Two channels, from their last ten messages on',
        query: { channel: ['lobby', 'rooms.berlin'], since: '-10' },
        status: 200,
      },
      {
        name: 'presence',
        summary: 'With the people and the signals of one of two channels',
        query: { channel: ['lobby', 'rooms.berlin'], presence: 'lobby', signals: 'lobby' },
        status: 200,
      },
    ],
  },
  {
    id: 'whoIsThere',
    method: 'get',
    path: '/presence',
    tag: 'Listening',
    summary: 'See who is in some channels',
    description:
      'The people whose streams asked for `presence`, over all gateways. If a channel has too many to name, it has only a `count`. It counts as a new stream.',
    credential: 'token',
    query: PresenceParameters,
    answers: [
      {
        status: 200,
        description: 'Each channel, in the order of the request.',
        content: { 'application/json': PresencePage },
        headers: LIMITED,
      },
    ],
    problems: ['unauthenticated', 'forbidden', 'invalid-channel', 'invalid-parameter'],
    examples: [
      {
        name: 'two',
        summary: 'Two channels',
        query: { channel: ['lobby', 'rooms.berlin'] },
        status: 200,
      },
    ],
  },
]
