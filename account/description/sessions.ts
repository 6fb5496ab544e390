import { z } from 'zod'
import type { Operation } from '../../chassis/description/operation.ts'
import { OF_BODIES } from '../../chassis/description/problems.ts'
import { Change } from '../sessionRoutes.ts'
import { DONE, OF_ALL, OF_CALLERS, principal, SIGNED_IN, time } from './shared.ts'

const Me = z
  .strictObject({
    principal,
    name: z.string(),
    groups: z.array(z.string()),
    expiresAt: time.describe('When the access token ends'),
  })
  .meta({ id: 'Me' })

const Sessions = z
  .strictObject({
    sessions: z.array(
      z.strictObject({
        id: z.string(),
        createdAt: time,
        usedAt: time,
        userAgent: z.string().describe('What the browser calls itself'),
        provider: z.string().nullable().describe('The identity provider, if there was one'),
        current: z.boolean(),
      }),
    ),
  })
  .meta({ id: 'Sessions' })

const OWN = { tag: 'Own sessions', credential: 'session', problems: OF_CALLERS } as const

export const sessions: Operation[] = [
  {
    ...OWN,
    id: 'getMe',
    method: 'get',
    path: '/account/me',
    summary: 'Ask who one is',
    answers: [{ status: 200, description: 'The person.', content: { 'application/json': Me } }],
    examples: [{ name: 'me', summary: 'The person of this session', status: 200 }],
  },
  {
    ...OWN,
    id: 'renew',
    method: 'post',
    path: '/account/renew',
    summary: 'Get a new access token',
    description: 'Call it before `expiresAt`.',
    answers: SIGNED_IN,
    examples: [{ name: 'renew', summary: 'For this session', status: 200 }],
  },
  {
    ...OWN,
    id: 'getSessions',
    method: 'get',
    path: '/account/sessions',
    summary: 'List one’s own sessions',
    answers: [
      {
        status: 200,
        description: 'The last used first.',
        content: { 'application/json': Sessions },
      },
    ],
    examples: [{ name: 'sessions', summary: 'All of them', status: 200 }],
  },
  {
    ...OWN,
    id: 'endSession',
    method: 'delete',
    path: '/account/sessions/{id}',
    summary: 'End a session and its streams',
    description:
      'Only in the quarter of an hour after a sign-in; later it is 401, and one signs in again.',
    parameters: { id: z.string() },
    answers: DONE,
    problems: [...OF_CALLERS, 'not-found'],
    examples: [
      { name: 'other', summary: 'Another browser’s', parameters: { id: '$SESSION' }, status: 204 },
    ],
  },
  {
    ...OWN,
    id: 'changePassword',
    method: 'post',
    path: '/account/password',
    summary: 'Change the password',
    description: 'It ends the other sessions.',
    body: { 'application/json': Change },
    answers: DONE,
    problems: [...OF_CALLERS, ...OF_BODIES],
    examples: [
      {
        name: 'change',
        summary: 'By the old one',
        body: { password: 'seven little ships', newPassword: 'eight little ships' },
        status: 204,
      },
    ],
  },
  {
    ...OWN,
    id: 'logOutEverywhere',
    method: 'post',
    path: '/account/logout-everywhere',
    summary: 'End all one’s sessions',
    answers: [{ status: 204, description: 'It is done.', headers: ['Set-Cookie'] }],
    examples: [{ name: 'everywhere', summary: 'All browsers', status: 204 }],
  },
  {
    ...OWN,
    id: 'logOut',
    method: 'post',
    path: '/account/logout',
    summary: 'Sign out',
    description: 'Ends the session and its streams. Without a session it is done too.',
    credential: 'none',
    answers: [{ status: 204, description: 'It is done.', headers: ['Set-Cookie'] }],
    problems: OF_ALL,
    examples: [{ name: 'logout', summary: 'This browser', status: 204 }],
  },
]
