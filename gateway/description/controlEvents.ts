import { z } from 'zod'
import { place, Presence, Signal, SIGNAL_EXAMPLE } from '../../chassis/description/messages.ts'
import { channelName } from '../../chassis/description/parameters.ts'
import { EVENT_ID } from '../../contract/eventId.ts'
import { LOG_IDS } from '../../contract/logIds.ts'
import type { ControlEvent, ControlEvents } from '../../contract/events.ts'

interface ControlEventSchema<E extends ControlEvent> {
  summary: string
  data: z.ZodType<ControlEvents[E]>
  example: ControlEvents[E]
}

export const eventId = z
  .string()
  .regex(new RegExp(`${EVENT_ID.source}|${LOG_IDS.source}`))
  .describe('Resumes after the event')

/** The data of each named event of a stream, as one line of JSON. */
export const controlEvents: { [E in ControlEvent]: ControlEventSchema<E> } = {
  ready: {
    summary: 'First on every stream: where it starts. A stream over several logs gets one for each',
    data: z.strictObject({
      position: place.describe('The stream delivers what comes after it'),
      complete: z
        .boolean()
        .describe('Whether everything after the id that was asked for is delivered'),
      channels: z
        .record(
          channelName,
          z.strictObject({
            head: place.describe('The position of its last message; 0 if it has none'),
            low: place.exactOptional().describe('Messages at or below have been removed'),
          }),
        )
        .describe('The channels that start: all of the stream, or those of one of its logs'),
    }),
    example: { position: 1842, complete: true, channels: { 'rooms.berlin': { head: 1842 } } },
  },
  gap: {
    summary: 'Messages of a channel cannot be had any more',
    data: z.strictObject({
      channel: channelName,
      after: place.describe('All above this position'),
      before: place.describe('and below this one'),
      reason: z.enum(['retention', 'lost']),
    }),
    example: { channel: 'rooms.berlin', after: 1200, before: 1500, reason: 'retention' },
  },
  reset: {
    summary:
      'The id that was asked for is not of this log: drop what is shown, and read history again',
    data: z.strictObject({
      reason: z.enum(['other-epoch', 'ahead-of-log']),
      channels: z
        .array(channelName)
        .exactOptional()
        .describe('On a stream over several logs: only these channels'),
    }),
    example: { reason: 'other-epoch' },
  },
  heartbeat: {
    summary: 'Everything up to its id has been sent',
    data: z.strictObject({
      position: place.exactOptional().describe('Not on a stream over several logs'),
    }),
    example: { position: 1842 },
  },
  goodbye: {
    summary: 'The stream ends on purpose: come back with its id',
    data: z.strictObject({
      reason: z.enum([
        'shutdown',
        'max-age',
        'moved',
        'unavailable',
        'reset',
        'expired',
        'revoked',
        'forbidden',
      ]),
    }),
    example: { reason: 'max-age' },
  },
  presence: {
    summary: 'Who is in a channel that `presence` named, and what changes there',
    data: Presence,
    example: {
      channel: 'rooms.berlin',
      count: 2,
      people: [
        { id: 'user:alice', name: 'Alice' },
        { id: 'user:bob', name: 'Bob' },
      ],
    },
  },
  signal: {
    summary: 'A signal on a channel that `signals` named. It may be lost',
    data: Signal,
    example: SIGNAL_EXAMPLE,
  },
}
