import { z } from 'zod'
import type { Operation } from '../../chassis/description/operation.ts'
import { OF_BODIES } from '../../chassis/description/problems.ts'
import { Accept, Guest, Login } from '../signInRoutes.ts'
import { OF_ALL, OF_CALLERS, SIGNED_IN } from './shared.ts'

const Methods = z
  .strictObject({
    local: z.literal(true).describe('By name and password'),
    passkeys: z.boolean(),
    guests: z.boolean(),
    providers: z.array(z.strictObject({ id: z.string(), name: z.string() })),
  })
  .meta({ id: 'Methods', description: 'How one can sign in here.' })

const SIGN_IN = {
  method: 'post',
  tag: 'Signing in',
  credential: 'none',
  answers: SIGNED_IN,
} as const

export const signIns: Operation[] = [
  {
    ...SIGN_IN,
    id: 'getMethods',
    method: 'get',
    path: '/account/methods',
    summary: 'Ask how one can sign in',
    answers: [
      { status: 200, description: 'The ways in.', content: { 'application/json': Methods } },
    ],
    problems: OF_ALL,
    examples: [{ name: 'methods', summary: 'The ways in', status: 200 }],
  },
  {
    ...SIGN_IN,
    id: 'acceptInvitation',
    path: '/account/invitations/accept',
    summary: 'Make an account by an invitation',
    description:
      'The `code` is that of the link. If the name has an account, the link sets a new password.',
    body: { 'application/json': Accept },
    problems: [...OF_ALL, ...OF_BODIES],
    examples: [
      {
        name: 'accept',
        summary: 'A new account',
        body: { code: '$CODE', name: 'bob', password: 'seven little ships', displayName: 'Bob' },
        status: 200,
      },
    ],
  },
  {
    ...SIGN_IN,
    id: 'comeAsGuest',
    path: '/account/guest',
    summary: 'Come in as a guest',
    description: 'Only if there may be guests (`GUESTS`).',
    body: { 'application/json': Guest },
    problems: [...OF_ALL, ...OF_BODIES],
    examples: [
      { name: 'guest', summary: 'By a name to show', body: { name: 'Zeynep' }, status: 200 },
    ],
  },
  {
    ...SIGN_IN,
    id: 'logIn',
    path: '/account/login',
    summary: 'Sign in by name and password',
    body: { 'application/json': Login },
    problems: [...OF_CALLERS, ...OF_BODIES],
    examples: [
      {
        name: 'password',
        summary: 'By name and password',
        body: { name: 'bob', password: 'seven little ships' },
        status: 200,
      },
    ],
  },
]
