import { z } from 'zod'
import { EXAMPLE, FoldedMessage, Message, place } from '../../chassis/description/messages.ts'
import type { Operation } from '../../chassis/description/operation.ts'
import { channelName } from '../../chassis/description/parameters.ts'
import type * as contract from '../../contract/history.ts'
import { NDJSON } from '../exportHistory.ts'
import { ChannelsParameters } from '../getChannels.ts'
import { VersionsParameters } from '../getVersions.ts'
import { HistoryParameters } from '../historyQuery.ts'
import { LIMITED, OF_READS, OF_TOKENS, ofChannel, ofMessage } from './parameters.ts'

const address = z.string().regex(/^\//).nullable().describe('The address of the rest, or null')

const channel = {
  name: channelName,
  head: place.describe('The position of its last message; 0 if it has none'),
  messages: place.describe('How many there are, without those that were removed'),
}

const ChannelInfo = z.strictObject(channel).meta({
  id: 'ChannelInfo',
  description: 'A channel. It exists as soon as somebody names it.',
})

const ChannelsPage = z
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

const HistoryPage = z
  .strictObject({
    channel: channelName.optional().describe('If the query names one'),
    channels: z.array(channelName).optional().describe('If the query names several'),
    messages: z.array(FoldedMessage),
    head: place.describe(
      'The position of the last message of these channels; a stream goes on with `since=` it',
    ),
    low: place.describe('All messages at or below have been removed; 0: none was'),
    next: address.describe('The page after this one, or null'),
    prev: address.describe('The page before this one, or null'),
  })
  .meta({
    id: 'HistoryPage',
    examples: [
      { channel: 'rooms.berlin', messages: [EXAMPLE], head: 1842, low: 0, next: null, prev: null },
    ],
  })

const VersionsPage = z
  .strictObject({ versions: z.array(Message), next: address })
  .meta({ id: 'VersionsPage', description: 'A message as it was posted, and its edits, in order.' })

// The compiler compares them with what the services mean.
ChannelInfo satisfies z.ZodType<contract.ChannelInfo>
ChannelsPage satisfies z.ZodType<contract.ChannelsPage>
HistoryPage satisfies z.ZodType<{ head: number; low: number; next: string | null }>

const ifNoneMatch = z
  .string()
  .optional()
  .describe('The `ETag` of an earlier answer: 304 if nothing has changed')

const READ = { method: 'get', tag: 'Reading', credential: 'token' } as const

export const reads: Operation[] = [
  {
    ...READ,
    id: 'getHistory',
    path: '/history',
    summary: 'Read past messages',
    description:
      'A page of one or several channels. With `Accept: application/x-ndjson` it is an export: the whole range, oldest first, one message a line; `limit`, `order` and `wait` are not allowed then.',
    query: HistoryParameters,
    headers: { 'If-None-Match': ifNoneMatch },
    answers: [
      {
        status: 200,
        description: 'A page, or the lines of an export.',
        content: { 'application/json': HistoryPage, [NDJSON]: FoldedMessage },
        headers: ['ETag', 'Link', 'Vary', ...LIMITED],
      },
      { status: 304, description: 'Nothing has changed.', headers: ['ETag', 'Vary', ...LIMITED] },
    ],
    problems: [...OF_READS, 'invalid-parameter'],
    examples: [
      {
        name: 'newest',
        summary: 'The newest messages of a channel',
        query: { channel: 'lobby', limit: '20' },
        status: 200,
      },
      {
        name: 'filtered',
        summary: 'Readings on two channels since a time',
        query: { channel: ['lobby', 'rooms.berlin'], type: 'tide', from: '2026-01-01T00:00:00Z' },
        status: 200,
      },
      {
        name: 'waiting',
        summary: 'Wait for what comes after a position',
        query: { channel: 'lobby', after: '1', wait: '20' },
        status: 200,
      },
      {
        name: 'export',
        summary: 'Everything, as lines',
        query: { channel: 'lobby', changes: 'true' },
        headers: { Accept: NDJSON },
        status: 200,
      },
    ],
  },
  {
    ...READ,
    id: 'getMessage',
    path: '/channels/{channel}/messages/{position}',
    summary: 'Read one message',
    parameters: ofMessage,
    answers: [
      {
        status: 200,
        description: 'The message, as history shows it.',
        content: { 'application/json': FoldedMessage },
        headers: LIMITED,
      },
    ],
    problems: [...OF_READS, 'invalid-parameter', 'message-not-found'],
    examples: [
      {
        name: 'first',
        summary: 'The first message of the log',
        parameters: { channel: 'lobby', position: '1' },
        status: 200,
      },
    ],
  },
  {
    ...READ,
    id: 'getVersions',
    path: '/channels/{channel}/messages/{position}/versions',
    summary: 'Read the versions of a message',
    parameters: ofMessage,
    query: VersionsParameters,
    answers: [
      {
        status: 200,
        description: 'The message as it was posted, and its edits.',
        content: { 'application/json': VersionsPage },
        headers: LIMITED,
      },
    ],
    problems: [...OF_READS, 'invalid-parameter', 'message-not-found'],
    examples: [
      {
        name: 'all',
        summary: 'From the first on',
        parameters: { channel: 'lobby', position: '1' },
        status: 200,
      },
    ],
  },
  {
    ...READ,
    id: 'getChannels',
    path: '/channels',
    summary: 'List channels',
    description: 'Those that you may read, by their names, each with its last message.',
    query: ChannelsParameters,
    answers: [
      {
        status: 200,
        description: 'A page. It may be short, or empty: follow `next` until it is null.',
        content: { 'application/json': ChannelsPage },
        headers: LIMITED,
      },
    ],
    problems: [...OF_TOKENS, 'invalid-parameter', 'overloaded'],
    examples: [
      { name: 'rooms', summary: 'Those below a prefix', query: { prefix: 'rooms.' }, status: 200 },
    ],
  },
  {
    ...READ,
    id: 'getChannel',
    path: '/channels/{channel}',
    summary: 'Look at a channel',
    parameters: ofChannel,
    answers: [
      {
        status: 200,
        description: 'Its head, and the number of its messages.',
        content: { 'application/json': ChannelInfo },
        headers: LIMITED,
      },
    ],
    problems: OF_READS,
    examples: [
      { name: 'lobby', summary: 'The lobby', parameters: { channel: 'lobby' }, status: 200 },
    ],
  },
]
