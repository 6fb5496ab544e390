import { z } from 'zod'
import type { Operation } from '../../chassis/description/operation.ts'
import { OF_BODIES } from '../../chassis/description/problems.ts'
import { ACTIONS } from '../../contract/grants.ts'
import { pattern, subject } from '../fields.ts'
import { GrantBody, GrantParameters, GrantsParameters } from '../grantRoutes.ts'
import { DONE, OF_CALLERS } from './shared.ts'

const Grant = z
  .strictObject({ subject, pattern, actions: z.array(z.enum(ACTIONS)) })
  .meta({ id: 'Grant', description: 'What a subject may do on the channels of a pattern.' })

const Grants = z
  .strictObject({
    grants: z.array(Grant),
    next: z.string().nullable().describe('The address of the rest, or null'),
  })
  .meta({ id: 'Grants' })

const GRANTS = { tag: 'Grants', path: '/grants', credential: 'admin' } as const

const example = { subject: 'group:staff', pattern: 'rooms.**' }

export const grants: Operation[] = [
  {
    ...GRANTS,
    id: 'putGrant',
    method: 'put',
    summary: 'Give a grant',
    description: 'Needs `admin` on all channels of the pattern.',
    query: GrantParameters,
    body: { 'application/json': GrantBody },
    answers: [{ status: 200, description: 'The grant.', content: { 'application/json': Grant } }],
    problems: [...OF_CALLERS, ...OF_BODIES, 'invalid-parameter'],
    examples: [
      {
        name: 'staff',
        summary: 'A group reads and writes below a segment',
        query: example,
        body: { actions: ['read', 'write'] },
        status: 200,
      },
    ],
  },
  {
    ...GRANTS,
    id: 'getGrants',
    method: 'get',
    summary: 'List grants',
    description: 'Those on channels that the caller has `admin` on, a thousand at most.',
    query: GrantsParameters,
    answers: [{ status: 200, description: 'A page.', content: { 'application/json': Grants } }],
    problems: [...OF_CALLERS, 'invalid-parameter'],
    examples: [
      {
        name: 'staff',
        summary: 'Those of a group',
        query: { subject: 'group:staff' },
        status: 200,
      },
    ],
  },
  {
    ...GRANTS,
    id: 'deleteGrant',
    method: 'delete',
    summary: 'Take a grant away',
    description: 'Streams that it allowed end within a second.',
    query: GrantParameters,
    answers: DONE,
    problems: [...OF_CALLERS, 'invalid-parameter', 'not-found'],
    examples: [{ name: 'staff', summary: 'That of a group', query: example, status: 204 }],
  },
]
