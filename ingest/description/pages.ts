import { z } from 'zod'
import { EXAMPLE, FoldedMessage, Message, place } from '../../chassis/description/messages.ts'
import { channelName } from '../../chassis/description/parameters.ts'
import type * as contract from '../../contract/history.ts'

const address = z.string().regex(/^\//).nullable().describe('The address of the rest, or null')

const channel = {
  name: channelName,
  head: place.describe('The position of its last message; 0 if it has none'),
  messages: place.describe('How many there are, without those that were removed'),
  occupancy: place
    .nullable()
    .describe(
      'How many people are there, as `GET /presence` counts them; null if that is not known now',
    ),
}

export const ChannelInfo = z.strictObject(channel).meta({
  id: 'ChannelInfo',
  description: 'A channel. It exists as soon as somebody names it.',
})

export const ChannelsPage = z
  .strictObject({
    channels: z.array(
      z.strictObject({
        ...channel,
        last: Message.nullable().describe('The last message; null if it was removed'),
      }),
    ),
    next: address,
  })
  .meta({ id: 'ChannelsPage' })

export const HistoryPage = z
  .strictObject({
    channel: channelName.optional().describe('If the query names one'),
    channels: z.array(channelName).optional().describe('If the query names several'),
    messages: z.array(FoldedMessage),
    head: place.describe(
      'The position of the last message of these channels; a stream goes on with `since=` it',
    ),
    low: place.describe('All messages at or below have been removed; 0: none was'),
    heads: z
      .string()
      .optional()
      .describe('If the channels are of several logs: what stands for `head`, for `after`'),
    next: address.describe('The page after this one, or null'),
    prev: address.describe('The page before this one, or null'),
  })
  .meta({
    id: 'HistoryPage',
    examples: [
      { channel: 'rooms.berlin', messages: [EXAMPLE], head: 1842, low: 0, next: null, prev: null },
    ],
  })

export const SearchPage = z
  .strictObject({
    messages: z.array(
      FoldedMessage.extend({
        highlight: z
          .array(z.string())
          .describe(
            'An excerpt of its text. The parts with odd numbers, from 0 on, are what was looked for',
          ),
        rank: z.number().optional().describe('With `order=rank`: more is better'),
      }),
    ),
    head: place.describe('The position of the last message of the log'),
    searched: z
      .strictObject({ after: place, upTo: place })
      .optional()
      .describe(
        'Only messages above `after` and up to `upTo` can be found. Not over several logs, which have no common positions',
      ),
    next: address,
  })
  .meta({ id: 'SearchPage' })

export const VersionsPage = z
  .strictObject({ versions: z.array(Message), next: address })
  .meta({ id: 'VersionsPage', description: 'A message as it was posted, and its edits, in order.' })

// The compiler compares them with what the services mean.
ChannelInfo satisfies z.ZodType<contract.ChannelAnswer>
ChannelsPage satisfies z.ZodType<contract.ChannelsPage>
SearchPage satisfies z.ZodType<Omit<contract.SearchPage, 'messages'>>
HistoryPage satisfies z.ZodType<{ head: number; low: number; next: string | null }>
