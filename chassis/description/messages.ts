import { z } from 'zod'
import { RELATIONS } from '../../contract/about.ts'
import type { Message as ContractMessage } from '../../contract/message.ts'
import type { PresenceEvent } from '../../contract/presence.ts'
import type { Signal as ContractSignal } from '../../contract/signal.ts'
import { MESSAGE_TYPE } from '../../contract/messageType.ts'
import { MAX_SENDER_NAME } from '../../contract/sender.ts'
import { when } from './condition.ts'
import { channelName, senderId } from './parameters.ts'

// What answers and streams hold, as zod schemas. Closed objects: tests find a member that nobody described.

const MOST = Number.MAX_SAFE_INTEGER

/** A position in an answer; 0 stands for none. */
export const place = z.int().min(0).max(MOST)

const sentAt = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  .meta({ format: 'date-time' })

const ANY = { $ref: '#/components/schemas/AnyJson' }
const TEXT = { pattern: String.raw`^[^\u0000]*$` }

/**
 * Any JSON that the log takes. JSON has no undefined: this refuses only an object without the key. What nobody may send is said by
 * conditions, so that generated clients know that it may be anything.
 */
export const AnyJson = z
  .custom<unknown>((value) => value !== undefined, 'required')
  .meta({
    id: 'AnyJson',
    description:
      'Any JSON, at most 64 levels deep. Text holds neither U+0000 nor half of a surrogate pair. Numbers keep their digits.',
    ...when(
      { type: 'string' },
      TEXT,
      when(
        { type: 'array' },
        { items: ANY },
        when({ type: 'object' }, { propertyNames: TEXT, additionalProperties: ANY }),
      ),
    ),
  })

const About = z.strictObject({ position: z.int().min(1).max(MOST), as: z.enum(RELATIONS) }).meta({
  id: 'About',
  description: 'An earlier message of the channel, and what this one is to it.',
})

const sender = z.strictObject({
  id: senderId,
  name: z
    .string()
    .min(1)
    .max(2 * MAX_SENDER_NAME),
})

const stored = {
  position: z
    .int()
    .min(1)
    .max(MOST)
    .describe('Its number in the log of all channels, without holes'),
  previous: place.describe('The position of the message before it on the channel; 0 for the first'),
  id: z.uuid().describe('A UUID v7'),
  channel: channelName,
  type: z.string().regex(MESSAGE_TYPE),
  sender,
  about: About.optional(),
  deleted: z.literal(true).optional().describe('Its data was taken away, and is null'),
  data: AnyJson,
  sentAt,
}

export const EXAMPLE = {
  position: 1842,
  previous: 1839,
  id: '0193512a-0000-7000-8000-000000000001',
  channel: 'rooms.berlin',
  type: 'message',
  sender: { id: 'user:alice', name: 'Alice' },
  data: { text: 'hi' },
  sentAt: '2026-11-21T19:33:02.123Z',
}

/** As it was posted, and as streams bring it. */
export const Message = z
  .strictObject(stored)
  .meta({ id: 'Message', description: 'A message, as it was posted.', examples: [EXAMPLE] })

// The compiler compares: a member that the contract does not have, or of another type, is an error.
Message satisfies z.ZodType<ContractMessage>

/** As streams and MQTT bring it. */
export const Signal = z
  .strictObject({ channel: channelName, type: stored.type, sender, data: AnyJson, sentAt })
  .meta({ id: 'Signal', description: 'A signal, which nobody stores.' })

Signal satisfies z.ZodType<ContractSignal>

export const SIGNAL_EXAMPLE = {
  channel: 'rooms.berlin',
  type: 'typing',
  sender: { id: 'user:alice', name: 'Alice' },
  data: true,
  sentAt: '2026-11-21T19:33:02.123Z',
}

/** Who is in a channel, or what has changed. */
export const Presence = z
  .strictObject({
    channel: channelName,
    count: place.describe('People, however many streams each has'),
    people: z.array(sender).exactOptional().describe('All of them'),
    joined: z.array(sender).exactOptional().describe('Who came since the event before'),
    left: z.array(senderId).exactOptional().describe('The ids of those who left since'),
  })
  .meta({
    id: 'Presence',
    description:
      'Who is in a channel: all, or what has changed. If there are too many to name, only their number.',
  })

Presence satisfies z.ZodType<PresenceEvent>

/** As history shows it. */
export const FoldedMessage = z
  .strictObject({
    ...stored,
    edited: z
      .strictObject({ position: place, sentAt })
      .optional()
      .describe('The edit that brought the data'),
    reactions: z
      .array(
        z.strictObject({ name: z.string(), count: place, senders: z.array(z.string()).max(20) }),
      )
      .optional()
      .describe('In the order in which they came, each with the ids of its first senders'),
    replies: z
      .strictObject({ count: place, last: place })
      .optional()
      .describe('Their number, and the position of the last'),
  })
  .meta({
    id: 'FoldedMessage',
    description: 'A message with its newest data, and with what later messages say about it.',
    examples: [{ ...EXAMPLE, replies: { count: 1, last: 1850 } }],
  })
