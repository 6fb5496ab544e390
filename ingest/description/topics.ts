import { z } from 'zod'
import type { FlowChannel } from '../../chassis/description/channel.ts'
import {
  AnyJson,
  EXAMPLE,
  Message,
  place,
  Signal,
  SIGNAL_EXAMPLE,
} from '../../chassis/description/messages.ts'
import { channelName } from '../../chassis/description/parameters.ts'
import { ProblemDetails } from '../../chassis/description/problems.ts'
import { channelTopic } from '../../contract/channel.ts'
import { publishTopics, receiptTopic } from '../../contract/publishTopic.ts'
import { signalTopic } from '../../contract/signal.ts'
import { PostProperties } from '../mqttPost.ts'

/** Topics stand below a prefix, which the settings name; by default this one. */
const PREFIX = 'causeway'
const { named, plain } = publishTopics(PREFIX)

const PATH = {
  path: {
    description: 'The segments of the channel’s name, with `/` between them',
    examples: ['rooms/berlin'],
  },
}
const SENDER = {
  sender: {
    description: 'The principal that posts: the broker lets nobody else',
    examples: ['device:thermo'],
  },
}

const stored: FlowChannel = {
  id: 'storedMessages',
  over: 'mqtt',
  address: channelTopic(PREFIX, '{path}'),
  title: 'Stored messages',
  description:
    'Every message of a channel, as it comes: copies, without any resume. A grant to read lets a client subscribe.',
  parameters: PATH,
  action: 'send',
  messages: [
    {
      name: 'storedMessage',
      summary: 'A message that is stored',
      payload: Message,
      headers: z.object({
        epoch: z.string().describe('The log’s epoch'),
        link: z.string().describe('The id of the message before it in the log'),
        mac: z.string().describe('Proves to Causeway’s own services that ingest wrote it'),
      }),
      examples: [{ name: 'text', summary: 'Any JSON', payload: EXAMPLE }],
    },
  ],
}

const signals: FlowChannel = {
  id: 'signals',
  over: 'mqtt',
  address: signalTopic(PREFIX, '{path}'),
  title: 'Signals',
  description:
    'The signals of a channel, of QoS 0. A grant to read lets a client subscribe. A client sends one as a post with the user property `signal`.',
  parameters: PATH,
  action: 'send',
  messages: [
    {
      name: 'signalOverMqtt',
      summary: 'A signal, which nobody stores',
      payload: Signal,
      headers: z.object({
        mac: z.string().describe('Proves to Causeway’s own services that ingest wrote it'),
      }),
      examples: [{ name: 'typing', summary: 'Somebody types', payload: SIGNAL_EXAMPLE }],
    },
  ],
}

const post = {
  over: 'mqtt',
  action: 'receive',
  reply: 'receipts',
} as const

const posts: FlowChannel[] = [
  {
    ...post,
    id: 'postsOfNamedSenders',
    address: `${named}/{sender}/{path}`,
    title: 'Posts',
    description:
      'A post of the sender to the channel. The payload is the data: JSON, text, or any bytes by their content type.',
    parameters: { ...SENDER, ...PATH },
    messages: [
      {
        name: 'post',
        summary: 'A message to be stored',
        payload: AnyJson,
        headers: PostProperties,
        examples: [
          {
            name: 'reading',
            summary: 'With a type and an idempotency key',
            parameters: { sender: 'device:thermo', path: 'rooms/berlin' },
            headers: { type: 'reading', 'idempotency-key': 'reading-17' },
            payload: { celsius: 21.5 },
          },
        ],
      },
    ],
  },
  {
    ...post,
    id: 'postsToOwnChannels',
    address: `${plain}/{path}`,
    title: 'Posts to one’s own channels',
    description:
      'The same, if exactly one segment of the path is a principal’s own, such as `device-thermo`: it is the sender.',
    parameters: {
      path: {
        description: 'As above, with the sender’s own segment in it',
        examples: ['in/device-thermo'],
      },
    },
    messages: [
      {
        name: 'ownPost',
        summary: 'A message to be stored',
        payload: AnyJson,
        headers: PostProperties,
        examples: [
          {
            name: 'plain',
            summary: 'Without any property, as MQTT 3.1.1 posts',
            parameters: { path: 'in/device-thermo' },
            payload: { celsius: 21.5 },
          },
        ],
      },
    ],
  },
]

/** What became of a post. */
const Receipt = z
  .union([
    z.strictObject({
      status: z.union([z.literal(201), z.literal(200)]),
      position: place,
      id: z.uuid(),
      channel: channelName,
    }),
    z.strictObject({
      status: z.int().min(400).max(599),
      problem: ProblemDetails,
      retryAfter: z.number().optional().describe('Seconds after which a retry may succeed'),
    }),
  ])
  .meta({ id: 'Receipt' })

const receipts: FlowChannel = {
  id: 'receipts',
  over: 'mqtt',
  address: `${receiptTopic(PREFIX, '{sender}')}/{name}`,
  title: 'Receipts',
  description:
    'What became of a post of MQTT 5 that names this as its response topic. Also without `/{name}`. The correlation data comes back.',
  parameters: { ...SENDER, name: { description: 'Any levels', examples: ['1'] } },
  action: 'send',
  messages: [
    {
      name: 'receipt',
      summary: 'Stored (201), stored before under this key (200), or refused',
      payload: Receipt,
      headers: z.object({
        status: z.string().regex(/^\d{3}$/),
        reason: z.string().optional().describe('The name of the problem'),
      }),
      examples: [
        {
          name: 'stored',
          summary: 'It is stored',
          headers: { status: '201' },
          payload: { status: 201, position: 1842, id: EXAMPLE.id, channel: 'rooms.berlin' },
        },
        {
          name: 'refused',
          summary: 'The payload was called JSON and is none',
          headers: { status: '400', reason: 'malformed-json' },
          payload: {
            status: 400,
            problem: {
              type: '/problems/malformed-json',
              title: 'The body is not well-formed JSON',
              status: 400,
            },
          },
        },
      ],
    },
  ],
}

/** All topics that are for others than Causeway itself. */
export const topics = [...posts, receipts, stored, signals]
