import { z } from 'zod'
import { Message, place } from '../../chassis/description/messages.ts'
import type { Operation } from '../../chassis/description/operation.ts'
import { channelName } from '../../chassis/description/parameters.ts'
import { OF_BODIES } from '../../chassis/description/problems.ts'
import { MAX_UNREAD } from '../../history/unread.ts'
import { MarkerParameters, MarkersParameters, Moves } from '../markers.ts'
import { LIMITED, OF_TOKENS } from './parameters.ts'

const Marker = z
  .strictObject({
    channel: channelName,
    position: place.describe('Everything up to it is read'),
    head: place.describe('The position of the channel’s last message; 0 if it has none'),
    unread: z
      .int()
      .min(0)
      .max(MAX_UNREAD)
      .describe(
        `Messages of others after it, of the first ${MAX_UNREAD} there; edits, deletions and reactions do not count`,
      ),
    last: Message.nullable().describe(
      'The channel’s last message; null if it was removed, or did not fit',
    ),
  })
  .meta({ id: 'Marker' })

const Unfollowed = z
  .strictObject({ channel: channelName, followed: z.literal(false) })
  .meta({ id: 'Unfollowed', description: 'A channel that is not followed any more.' })

const Markers = z
  .strictObject({
    version: place.describe('The number of the person’s last change, for `after`'),
    complete: z.boolean().describe('Whether these are all; otherwise those that `after` asks for'),
    markers: z.array(z.union([Marker, Unfollowed])),
  })
  .meta({ id: 'Markers' })

const MARKERS = {
  tag: 'Read markers',
  path: '/markers',
  credential: 'token',
} as const

const answers = [
  {
    status: 200,
    description: 'The markers.',
    content: { 'application/json': Markers },
    headers: LIMITED,
  },
] satisfies Operation['answers']

const headers = {
  'Causeway-Sender': z
    .string()
    .optional()
    .describe('With `AUTH=open`, and only then: whose markers. It is required'),
}

export const markers: Operation[] = [
  {
    ...MARKERS,
    id: 'moveMarkers',
    method: 'post',
    summary: 'Move read markers, and follow channels',
    description:
      'A marker never moves back, and not beyond the channel’s head. Whoever has one on a channel follows it: 500 channels at most.',
    headers,
    body: { 'application/json': Moves },
    answers,
    problems: [...OF_TOKENS, ...OF_BODIES, 'invalid-parameter', 'overloaded'],
    examples: [
      {
        name: 'two',
        summary: 'One channel up to a position, another one up to its head',
        body: { markers: [{ channel: 'lobby', position: 1 }, { channel: 'rooms.berlin' }] },
        status: 200,
      },
    ],
  },
  {
    ...MARKERS,
    id: 'getMarkers',
    method: 'get',
    summary: 'Read one’s own markers, and what is unread',
    description:
      'Of all channels that one follows and may read, in no order. They are the same for all devices of a person.',
    headers,
    query: MarkersParameters,
    answers,
    problems: [...OF_TOKENS, 'invalid-parameter', 'overloaded'],
    examples: [{ name: 'all', summary: 'All of them', status: 200 }],
  },
  {
    ...MARKERS,
    id: 'unfollow',
    method: 'delete',
    summary: 'Follow a channel no more',
    headers,
    query: MarkerParameters,
    answers: [{ status: 204, description: 'It is done.', headers: LIMITED }],
    problems: [...OF_TOKENS, 'invalid-parameter', 'overloaded'],
    examples: [
      {
        name: 'lobby',
        summary: 'A channel',
        query: { channel: 'lobby' },
        status: 204,
      },
    ],
  },
]
