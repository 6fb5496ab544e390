import { z } from 'zod'
import type { Operation } from '../../chassis/description/operation.ts'
import { OF_BODIES } from '../../chassis/description/problems.ts'
import { Invite, KeysParameters, NewKey } from '../adminRoutes.ts'
import { keyId } from '../fields.ts'
import { DONE, OF_CALLERS, principal, time } from './shared.ts'

const next = z.string().nullable().describe('The address of the rest, or null')

const Keys = z
  .strictObject({
    keys: z.array(
      z.strictObject({
        id: keyId,
        principal,
        name: z.string(),
        groups: z.array(z.string()),
        createdAt: time,
        createdBy: z.string(),
        usedAt: time.nullable(),
      }),
    ),
    next,
  })
  .meta({ id: 'Keys' })

const MadeKey = z
  .strictObject({ id: keyId, key: z.string().describe('`cw_…`: it is shown this once') })
  .meta({ id: 'MadeKey' })

const Invitation = z
  .strictObject({ url: z.url().describe('The link; it is good for a week') })
  .meta({ id: 'Invitation' })

const ADMIN = { tag: 'Administration', credential: 'admin', problems: OF_CALLERS } as const

const ofPrincipal = {
  ...ADMIN,
  parameters: { principal },
  answers: DONE,
  problems: [...OF_CALLERS, 'invalid-parameter'],
  description: 'Needs `admin` on all channels.',
} satisfies Partial<Operation>

const bob = (name: string, summary: string): Operation['examples'] => [
  { name, summary, parameters: { principal: 'user:bob' }, status: 204 },
]

/** How people and programs come in. */
export const invitations: Operation[] = [
  {
    ...ADMIN,
    id: 'invite',
    method: 'post',
    path: '/account/invitations',
    summary: 'Invite a person',
    description: 'Makes a link for one person. Needs `admin` on all channels.',
    body: { 'application/json': Invite },
    answers: [
      { status: 201, description: 'The link.', content: { 'application/json': Invitation } },
    ],
    problems: [...OF_CALLERS, ...OF_BODIES],
    examples: [
      {
        name: 'named',
        summary: 'For a name, with a group',
        body: { name: 'bob', groups: ['staff'] },
        status: 201,
      },
    ],
  },
  {
    ...ADMIN,
    id: 'makeKey',
    method: 'post',
    path: '/account/keys',
    summary: 'Make an API key',
    description: 'For a service or a device. Needs `admin` on all channels.',
    body: { 'application/json': NewKey },
    answers: [{ status: 201, description: 'The key.', content: { 'application/json': MadeKey } }],
    problems: [...OF_CALLERS, ...OF_BODIES],
    examples: [
      {
        name: 'device',
        summary: 'For a device',
        body: { principal: 'device:pump-7', name: 'Pump 7' },
        status: 201,
      },
    ],
  },
  {
    ...ADMIN,
    id: 'getKeys',
    method: 'get',
    path: '/account/keys',
    summary: 'List API keys',
    query: KeysParameters,
    answers: [{ status: 200, description: 'A page.', content: { 'application/json': Keys } }],
    problems: [...OF_CALLERS, 'invalid-parameter'],
    examples: [{ name: 'keys', summary: 'The first page', status: 200 }],
  },
]

/** How they go. */
export const removals: Operation[] = [
  {
    ...ADMIN,
    id: 'deleteKey',
    method: 'delete',
    path: '/account/keys/{id}',
    summary: 'Delete an API key',
    description: 'It ends the streams of its tokens.',
    parameters: { id: z.string() },
    answers: DONE,
    problems: [...OF_CALLERS, 'not-found'],
    examples: [{ name: 'key', summary: 'By its id', parameters: { id: '$KEY_ID' }, status: 204 }],
  },
  {
    ...ofPrincipal,
    id: 'revoke',
    method: 'post',
    path: '/account/principals/{principal}/revoke',
    summary: 'End the sessions and tokens of a principal',
    description: 'It may sign in again. Needs `admin` on all channels.',
    examples: bob('revoke', 'A person'),
  },
  {
    ...ofPrincipal,
    id: 'ban',
    method: 'post',
    path: '/account/principals/{principal}/ban',
    summary: 'Refuse everything of a principal',
    examples: bob('ban', 'A person'),
  },
  {
    ...ofPrincipal,
    id: 'liftBan',
    method: 'delete',
    path: '/account/principals/{principal}/ban',
    summary: 'Let a principal in again',
    examples: bob('lift', 'A person'),
  },
]
