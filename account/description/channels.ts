import { z } from 'zod'
import type { Operation } from '../../chassis/description/operation.ts'
import { channelName } from '../../chassis/description/parameters.ts'
import { OF_BODIES } from '../../chassis/description/problems.ts'
import { CHANNEL_KINDS, MEMBER_ROLES } from '../../contract/membership.ts'
import { NewChannel, NewProfile, NewRole, PeopleParameters } from '../channelFields.ts'
import { DONE, OF_CALLERS } from './shared.ts'

const role = z.enum(MEMBER_ROLES)

const Person = z
  .strictObject({
    principal: z.string().describe('A group or a whole kind, if a grant names one'),
    name: z.string(),
  })
  .meta({ id: 'Person' })

const Member = Person.extend({ role }).meta({ id: 'Member' })

const ChannelProfile = z
  .strictObject({
    name: channelName,
    kind: z.enum(CHANNEL_KINDS),
    title: z.string().describe('Empty for direct messages, and if nobody gave one'),
    topic: z.string(),
    role: role.describe('One’s own'),
    people: z.array(Person).optional().describe('Of direct messages: all of them, oneself too'),
  })
  .meta({ id: 'ChannelProfile' })

const CHANNELS = { tag: 'Channels and people', credential: 'admin' } as const
const ofChannel = { channel: channelName }
const ofMember = { ...ofChannel, principal: z.string() }

const shown = (status: number, description: string): Operation['answers'][number] => ({
  status,
  description,
  content: { 'application/json': ChannelProfile },
})

export const channels: Operation[] = [
  {
    ...CHANNELS,
    id: 'makeChannel',
    method: 'post',
    path: '/account/channels',
    summary: 'Make a channel, or begin direct messages',
    description:
      'A public channel has the name that one gives it, on which one needs `read` and `write`; it is new, or nobody gave it a title yet. A private channel and direct messages get a name below `_`. The same people always have the same direct messages.',
    body: { 'application/json': NewChannel },
    answers: [shown(201, 'The new channel.'), shown(200, 'These direct messages were there.')],
    problems: [...OF_CALLERS, ...OF_BODIES, 'forbidden', 'conflict', 'rate-limited'],
    examples: [
      {
        name: 'public',
        summary: 'A public channel',
        body: { kind: 'public', name: 'cooking', title: 'Cooking', topic: 'What is for lunch?' },
        status: 201,
      },
      {
        name: 'private',
        summary: 'A private channel',
        body: { kind: 'private', title: 'The board' },
        status: 201,
      },
    ],
  },
  {
    ...CHANNELS,
    id: 'getMyChannels',
    method: 'get',
    path: '/account/channels',
    summary: 'List one’s own channels',
    description:
      'Those that one is in by name, and public ones that one follows and that have a title; a thousand at most.',
    answers: [
      {
        status: 200,
        description: 'In the order of their names.',
        content: { 'application/json': z.strictObject({ channels: z.array(ChannelProfile) }) },
      },
    ],
    problems: OF_CALLERS,
    examples: [{ name: 'mine', summary: 'All of them', status: 200 }],
  },
  {
    ...CHANNELS,
    id: 'getProfile',
    method: 'get',
    path: '/account/channels/{channel}',
    summary: 'Look at a channel as people know it',
    parameters: ofChannel,
    answers: [shown(200, 'The channel.')],
    problems: [...OF_CALLERS, 'invalid-channel', 'not-found'],
    examples: [
      { name: 'cooking', summary: 'By its name', parameters: { channel: 'cooking' }, status: 200 },
    ],
  },
  {
    ...CHANNELS,
    id: 'renameChannel',
    method: 'put',
    path: '/account/channels/{channel}',
    summary: 'Change the title and topic of a channel',
    description: 'For its owners and moderators.',
    parameters: ofChannel,
    body: { 'application/json': NewProfile },
    answers: [shown(200, 'The channel.')],
    problems: [...OF_CALLERS, ...OF_BODIES, 'invalid-channel', 'forbidden', 'not-found'],
    examples: [
      {
        name: 'cooking',
        summary: 'Another topic',
        parameters: { channel: 'cooking' },
        body: { title: 'Cooking', topic: 'And for supper?' },
        status: 200,
      },
    ],
  },
  {
    ...CHANNELS,
    id: 'getMembers',
    method: 'get',
    path: '/account/channels/{channel}/members',
    summary: 'List the people of a channel',
    description:
      'Those whom a grant names on exactly this channel; 500 at most. On a public one others may read it too.',
    parameters: ofChannel,
    answers: [
      {
        status: 200,
        description: 'In the order of their names.',
        content: { 'application/json': z.strictObject({ members: z.array(Member) }) },
      },
    ],
    problems: [...OF_CALLERS, 'invalid-channel', 'not-found'],
    examples: [
      { name: 'cooking', summary: 'By its name', parameters: { channel: 'cooking' }, status: 200 },
    ],
  },
  {
    ...CHANNELS,
    id: 'putMember',
    method: 'put',
    path: '/account/channels/{channel}/members/{principal}',
    summary: 'Add somebody to a channel, or change their role',
    description:
      'Owners give every role, moderators add members. The role is a grant: `member` is `read,write`, `moderator` has `moderate` too, and `owner` also `admin`.',
    parameters: ofMember,
    body: { 'application/json': NewRole },
    answers: [{ status: 200, description: 'The member.', content: { 'application/json': Member } }],
    problems: [
      ...OF_CALLERS,
      ...OF_BODIES,
      'forbidden',
      'invalid-channel',
      'invalid-parameter',
      'not-found',
      'conflict',
    ],
    examples: [
      {
        name: 'moderator',
        summary: 'A moderator',
        parameters: { channel: 'cooking', principal: 'user:bob' },
        body: { role: 'moderator' },
        status: 200,
      },
    ],
  },
  {
    ...CHANNELS,
    id: 'removeMember',
    method: 'delete',
    path: '/account/channels/{channel}/members/{principal}',
    summary: 'Remove somebody from a channel, or leave it',
    description: 'Their streams on it end within a second.',
    parameters: ofMember,
    answers: DONE,
    problems: [
      ...OF_CALLERS,
      'invalid-channel',
      'forbidden',
      'invalid-parameter',
      'not-found',
      'conflict',
    ],
    examples: [
      {
        name: 'bob',
        summary: 'A member',
        parameters: { channel: 'cooking', principal: 'user:bob' },
        status: 204,
      },
    ],
  },
  {
    ...CHANNELS,
    id: 'findPeople',
    method: 'get',
    path: '/account/people',
    summary: 'Find people to write to',
    description:
      'By the beginnings of the words of their names, twenty at most. Guests find only people of their own private channels and direct messages.',
    query: PeopleParameters,
    answers: [
      {
        status: 200,
        description: 'Without oneself.',
        content: { 'application/json': z.strictObject({ people: z.array(Person) }) },
      },
    ],
    problems: [...OF_CALLERS, 'invalid-parameter'],
    examples: [{ name: 'al', summary: 'By two letters', query: { q: 'al' }, status: 200 }],
  },
]
