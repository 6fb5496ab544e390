import { z } from 'zod'
import { CHANNEL_NAME, MAX_CHANNEL_LENGTH } from '../../contract/channel.ts'
import { MESSAGE_TYPE } from '../../contract/messageType.ts'
import { PRINCIPAL } from '../../contract/principal.ts'
import { SENDER_ID } from '../../contract/sender.ts'
import { parseTime } from '../../contract/time.ts'
import { reading, wholeNumber } from './reading.ts'

/** What texts in paths and queries stand for. The schemas read them, and the description of the API is made of them. */

/** The name of a channel. `error` is said of a text that is none. */
export const aChannel = (error?: string) =>
  z.string(error).max(MAX_CHANNEL_LENGTH, error).regex(CHANNEL_NAME, error)

export const channelName = aChannel().meta({
  id: 'ChannelName',
  description: 'Dot-separated segments of `A-Z a-z 0-9 _ -`.',
  examples: ['rooms.berlin'],
})

/** A page of history, or a stream. Each name is checked later: a wrong one is another problem. */
export const MAX_CHANNELS = 100
export const TOO_MANY_CHANNELS = `at most ${MAX_CHANNELS} channels`

export const channels = z
  .array(z.string().meta({ $ref: '#/components/schemas/ChannelName' }))
  .min(1, 'required')
  .max(MAX_CHANNELS, TOO_MANY_CHANNELS)

export const position = wholeNumber(0, Number.MAX_SAFE_INTEGER, 'a position')

export const time = reading(
  parseTime,
  'a time like 2026-11-21T19:33:02Z or 2026-11-21T20:33:02.123%2B01:00',
).meta({ type: 'string', format: 'date-time' })

/** A principal, or what a sender claims to be with AUTH=open. */
export const senderId = z
  .string()
  .regex(new RegExp(`${SENDER_ID.source}|${PRINCIPAL.source}`), 'expected the id of a sender')

export const messageType = z.string().regex(MESSAGE_TYPE, 'expected a type')

/** One of some words. */
export function word<const Words extends readonly [string, ...string[]]>(...words: Words) {
  return z.enum(words, `expected ${words.join(' or ')}`)
}
