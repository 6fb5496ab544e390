import type { Operation } from '../../chassis/description/operation.ts'
import { OF_BODIES } from '../../chassis/description/problems.ts'
import type { ProblemType } from '../../contract/problem.ts'
import { NewData } from '../draft.ts'
import { OF_POSTS, ofMessage, ofReaction, postHeaders } from './parameters.ts'
import { created } from './posts.ts'

const OF_CHANGES: ProblemType[] = [...OF_POSTS, 'message-not-found', 'conflict']

const change = {
  tag: 'Changing',
  credential: 'token',
  headers: postHeaders,
  answers: created,
} satisfies Partial<Operation>

export const changes: Operation[] = [
  {
    ...change,
    id: 'editMessage',
    method: 'patch',
    path: '/channels/{channel}/messages/{position}',
    summary: 'Edit a message',
    description:
      'By its author, or by somebody with `moderate` on the channel. The edit is a message too, and the answer is that one.',
    parameters: ofMessage,
    body: { 'application/json': NewData },
    problems: [...OF_CHANGES, ...OF_BODIES],
    examples: [
      {
        name: 'edit',
        summary: 'New data',
        parameters: { channel: 'lobby', position: '1' },
        body: { data: { text: 'The tide is out until noon.' } },
        status: 201,
      },
    ],
  },
  {
    ...change,
    id: 'react',
    method: 'put',
    path: '/channels/{channel}/messages/{position}/reactions/{name}',
    summary: 'React to a message',
    description: 'A second time it is answered with 200 and the first reaction.',
    parameters: ofReaction,
    problems: OF_CHANGES,
    examples: [
      {
        name: 'emoji',
        summary: 'Thumbs up',
        parameters: { channel: 'lobby', position: '1', name: '👍' },
        status: 201,
      },
    ],
  },
  {
    ...change,
    id: 'takeReactionBack',
    method: 'delete',
    path: '/channels/{channel}/messages/{position}/reactions/{name}',
    summary: 'Take a reaction back',
    parameters: ofReaction,
    problems: OF_CHANGES,
    examples: [
      {
        name: 'emoji',
        summary: 'One’s own thumbs up',
        parameters: { channel: 'lobby', position: '1', name: '👍' },
        status: 201,
      },
    ],
  },
  {
    ...change,
    id: 'deleteMessage',
    method: 'delete',
    path: '/channels/{channel}/messages/{position}',
    summary: 'Delete a message',
    description:
      'Takes the data of the message and of all its edits away, everywhere. Its position stays. By its author, or by somebody with `moderate`.',
    parameters: ofMessage,
    problems: OF_CHANGES,
    examples: [
      {
        name: 'delete',
        summary: 'By its author',
        parameters: { channel: 'lobby', position: '2' },
        status: 201,
      },
    ],
  },
]
