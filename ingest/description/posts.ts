import { z } from 'zod'
import { Message } from '../../chassis/description/messages.ts'
import type { Operation } from '../../chassis/description/operation.ts'
import { MAX_SIGNAL_BYTES } from '../../contract/signal.ts'
import { OF_BODIES, ProblemDetails } from '../../chassis/description/problems.ts'
import { NewItem, NewMessage } from '../draft.ts'
import { NDJSON } from '../exportHistory.ts'
import { NewSignal } from '../signalContent.ts'
import { MAX_ITEMS } from '../postMessages.ts'
import { LIMITED, OF_POSTS, OF_TOKENS, ofChannel, postHeaders } from './parameters.ts'

/** What became of one message of many. */
const PostResult = z
  .union([
    z.strictObject({ status: z.union([z.literal(200), z.literal(201)]), message: Message }),
    z.strictObject({ status: z.int().min(400).max(599), problem: ProblemDetails }),
  ])
  .meta({
    id: 'PostResult',
    description:
      'What became of one message: it is stored, had been stored under its key (200), or was refused.',
  })

export const created = [
  {
    status: 201,
    description: 'It is stored, and will be delivered.',
    content: { 'application/json': Message },
    headers: ['Location', ...LIMITED],
  },
  {
    status: 200,
    description: 'It had been stored before: this is the first one.',
    content: { 'application/json': Message },
    headers: ['Location', ...LIMITED],
  },
] satisfies Operation['answers']

export const posts: Operation[] = [
  {
    id: 'postMessage',
    method: 'post',
    path: '/channels/{channel}/messages',
    tag: 'Posting',
    summary: 'Post a message',
    description:
      'Stores a message and delivers it to every subscriber. With `about` it replies to an earlier one, or changes it.',
    credential: 'token',
    parameters: ofChannel,
    headers: postHeaders,
    body: { 'application/json': NewMessage },
    answers: created,
    problems: [...OF_POSTS, ...OF_BODIES, 'message-not-found', 'conflict'],
    examples: [
      {
        name: 'text',
        summary: 'Any JSON',
        parameters: { channel: 'lobby' },
        body: { data: { text: 'The tide is out.' } },
        status: 201,
      },
      {
        name: 'typed',
        summary: 'With a type and an idempotency key',
        parameters: { channel: 'lobby' },
        headers: { 'Idempotency-Key': 'reading-42' },
        body: { type: 'tide', data: { metres: 1.42 } },
        status: 201,
      },
      {
        name: 'reply',
        summary: 'A reply to an earlier message',
        parameters: { channel: 'lobby' },
        body: { data: { text: 'Since when?' }, about: { position: 1, as: 'reply' } },
        status: 201,
      },
    ],
  },
  {
    id: 'postMessages',
    method: 'post',
    path: '/messages',
    tag: 'Posting',
    summary: 'Post many messages',
    description:
      'Messages of many channels, each with a result of its own. As JSON: an array of 1,000 at most. As NDJSON: one a line, without an end; each result comes as soon as its message is stored, so read results while you send.',
    credential: 'token',
    body: { 'application/json': z.array(NewItem).max(MAX_ITEMS), [NDJSON]: NewItem },
    answers: [
      {
        status: 200,
        description: 'The results, in the order of the messages.',
        content: { 'application/json': z.array(PostResult), [NDJSON]: PostResult },
        headers: LIMITED,
      },
    ],
    problems: [...OF_TOKENS, ...OF_BODIES, 'overloaded'],
    examples: [
      {
        name: 'array',
        summary: 'Two channels',
        body: [
          { channel: 'lobby', data: { text: 'one' }, key: 'import-1' },
          { channel: 'rooms.berlin', data: { text: 'two' } },
        ],
        status: 200,
      },
      {
        name: 'lines',
        summary: 'A stream of lines',
        mediaType: NDJSON,
        body: '{"channel":"lobby","data":1}\n{"channel":"lobby","data":2}\n',
        status: 200,
      },
    ],
  },
  {
    id: 'sendSignal',
    method: 'post',
    path: '/channels/{channel}/signals',
    tag: 'Posting',
    summary: 'Send a signal',
    description: `Something that counts only now, such as typing: at most ${MAX_SIGNAL_BYTES} bytes. Streams that asked for \`signals\` get it. Nobody stores it, and it may be lost.`,
    credential: 'token',
    parameters: ofChannel,
    body: { 'application/json': NewSignal },
    answers: [{ status: 202, description: 'It is on its way.', headers: LIMITED }],
    problems: [...OF_TOKENS, ...OF_BODIES, 'invalid-channel', 'invalid-parameter', 'too-large'],
    examples: [
      {
        name: 'typing',
        summary: 'Somebody types',
        parameters: { channel: 'lobby' },
        body: { type: 'typing', data: true },
        status: 202,
      },
    ],
  },
]
