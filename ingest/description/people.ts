import { z } from 'zod'
import { Message, place } from '../../chassis/description/messages.ts'
import type { Operation } from '../../chassis/description/operation.ts'
import { senderId } from '../../chassis/description/parameters.ts'
import { NDJSON } from '../exportHistory.ts'
import { PeopleParameters } from '../people.ts'
import { OF_TOKENS, ofSender } from './parameters.ts'

const Erased = z
  .strictObject({
    sender: senderId,
    erased: place.describe('How many messages this call has erased'),
    upTo: place.describe('All of the sender’s messages up to here are erased'),
    next: z.string().nullable().describe('The address to call again, or null if all is done'),
  })
  .meta({ id: 'Erased' })

const PERSON = {
  tag: 'People',
  path: '/senders/{sender}/messages',
  credential: 'token',
  parameters: ofSender,
  query: PeopleParameters,
  problems: [...OF_TOKENS, 'invalid-parameter', 'not-found'],
} satisfies Partial<Operation>

export const people: Operation[] = [
  {
    ...PERSON,
    id: 'exportSender',
    method: 'get',
    summary: 'Export everything of one person',
    description: 'Needs `admin` on all channels. Go on with `after=` the last position.',
    answers: [
      {
        status: 200,
        description: 'All that the sender wrote, one message a line.',
        content: { [NDJSON]: Message },
      },
    ],
    examples: [
      {
        name: 'everything',
        summary: 'From the first message on',
        parameters: { sender: 'user:bob' },
        status: 200,
      },
    ],
  },
  {
    ...PERSON,
    id: 'eraseSender',
    method: 'delete',
    summary: 'Erase everything of one person',
    description:
      'Needs `admin` on all channels. Each call erases for a second: call `next` until it is null.',
    answers: [
      {
        status: 200,
        description: 'How far it came.',
        content: { 'application/json': Erased },
      },
    ],
    examples: [
      {
        name: 'everything',
        summary: 'From the first message on',
        parameters: { sender: 'user:bob' },
        status: 200,
      },
    ],
  },
]
