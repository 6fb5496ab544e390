import { z } from 'zod'
import { FoldedMessage } from '../../chassis/description/messages.ts'
import type { Operation } from '../../chassis/description/operation.ts'
import { word } from '../../chassis/description/parameters.ts'
import { NDJSON } from '../exportHistory.ts'
import { ChannelsParameters } from '../getChannels.ts'
import { VersionsParameters } from '../getVersions.ts'
import { HistoryParameters } from '../historyQuery.ts'
import { SearchParameters } from '../searchParameters.ts'
import { ChannelInfo, ChannelsPage, HistoryPage, SearchPage, VersionsPage } from './pages.ts'
import { LIMITED, OF_READS, OF_TOKENS, ofChannel, ofMessage } from './parameters.ts'

const ifNoneMatch = z
  .string()
  .optional()
  .describe('The `ETag` of an earlier answer: 304 if nothing has changed')

const { q, below } = SearchParameters.shape
/** A page and a search have one address. */
const PageOrSearch = z.object({
  ...HistoryParameters.shape,
  q: q.optional(),
  channel: HistoryParameters.shape.channel.optional(),
  order: word('asc', 'desc', 'time', 'rank')
    .optional()
    .describe(
      'Oldest or newest first. Without it: newest first, or oldest first with `wait`. With `q`: newest first or best first',
    ),
  below,
})

const READ = { method: 'get', tag: 'Reading', credential: 'token' } as const

export const reads: Operation[] = [
  {
    ...READ,
    id: 'getHistory',
    path: '/history',
    summary: 'Read or search past messages',
    description:
      'A page of one or several channels. With `Accept: application/x-ndjson` it is an export: the whole range, oldest first, one message a line; `limit`, `order` and `wait` are not allowed then. With `q` it is a search, by default on all channels that you may read; otherwise `channel` is required.',
    query: PageOrSearch,
    headers: { 'If-None-Match': ifNoneMatch },
    answers: [
      {
        status: 200,
        description: 'A page, or the lines of an export.',
        content: {
          'application/json': z.union([HistoryPage, SearchPage]),
          [NDJSON]: FoldedMessage,
        },
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
        name: 'search',
        summary: 'Search all that you may read',
        query: { q: 'hi* or "good morning"' },
        status: 200,
      },
      {
        name: 'best',
        summary: 'The best hits on one channel',
        query: { q: 'hi', channel: 'lobby', order: 'rank' },
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
    description:
      'Those that you may read, by their names, each with its last message, and how many people are there.',
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
        description: 'Its head, the number of its messages, and how many people are there.',
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
