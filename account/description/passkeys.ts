import { z } from 'zod'
import type { Operation } from '../../chassis/description/operation.ts'
import { OF_BODIES } from '../../chassis/description/problems.ts'
import { Assertion, NewCredential } from '../passkeys/credentialFields.ts'
import { DONE, OF_ALL, OF_CALLERS, SIGNED_IN, time } from './shared.ts'

const Passkey = z
  .strictObject({
    id: z.string(),
    createdAt: time,
    usedAt: time.nullable(),
    userAgent: z.string().describe('What the browser that added it calls itself'),
  })
  .meta({ id: 'Passkey' })

const RequestOptions = z
  .strictObject({
    rpId: z.string(),
    challenge: z.string(),
    userVerification: z.literal('required'),
    timeout: z.int(),
  })
  .meta({ id: 'PasskeyRequestOptions', description: 'What the browser’s `credentials.get` takes.' })

const credential = z.literal('public-key')

const CreationOptions = z
  .strictObject({
    rp: z.strictObject({ id: z.string(), name: z.string() }),
    user: z.strictObject({ id: z.string(), name: z.string(), displayName: z.string() }),
    challenge: z.string(),
    pubKeyCredParams: z.array(z.strictObject({ type: credential, alg: z.int() })),
    excludeCredentials: z.array(z.strictObject({ type: credential, id: z.string() })),
    authenticatorSelection: z.strictObject({
      residentKey: z.literal('required'),
      requireResidentKey: z.literal(true),
      userVerification: z.literal('required'),
    }),
    attestation: z.literal('none'),
    timeout: z.int(),
  })
  .meta({
    id: 'PasskeyCreationOptions',
    description: 'What the browser’s `credentials.create` takes.',
  })

const RECENT =
  'Only in the quarter of an hour after a sign-in; later it is 401, and one signs in again.'

const PASSKEYS = { tag: 'Passkeys', credential: 'session', problems: OF_CALLERS } as const

export const passkeys: Operation[] = [
  {
    ...PASSKEYS,
    id: 'getPasskeyRequestOptions',
    method: 'post',
    path: '/account/passkeys/sign-in/options',
    summary: 'Begin a sign-in by passkey',
    credential: 'none',
    answers: [
      {
        status: 200,
        description: 'For the browser.',
        content: { 'application/json': RequestOptions },
        headers: ['Set-Cookie'],
      },
    ],
    problems: OF_ALL,
    examples: [{ name: 'options', summary: 'For the browser', status: 200 }],
  },
  {
    ...PASSKEYS,
    id: 'signInByPasskey',
    method: 'post',
    path: '/account/passkeys/sign-in',
    summary: 'Sign in by a passkey',
    description: 'The body is what the browser’s `credentials.get` gave, as JSON.',
    credential: 'none',
    body: { 'application/json': Assertion },
    answers: SIGNED_IN,
    problems: [...OF_CALLERS, ...OF_BODIES],
    examples: [],
  },
  {
    ...PASSKEYS,
    id: 'getPasskeys',
    method: 'get',
    path: '/account/passkeys',
    summary: 'List one’s own passkeys',
    answers: [
      {
        status: 200,
        description: 'The oldest first.',
        content: { 'application/json': z.strictObject({ passkeys: z.array(Passkey) }) },
      },
    ],
    examples: [{ name: 'passkeys', summary: 'All of them', status: 200 }],
  },
  {
    ...PASSKEYS,
    id: 'getPasskeyCreationOptions',
    method: 'post',
    path: '/account/passkeys/options',
    summary: 'Begin to add a passkey',
    description: RECENT,
    answers: [
      {
        status: 200,
        description: 'For the browser.',
        content: { 'application/json': CreationOptions },
      },
    ],
    examples: [{ name: 'options', summary: 'For the browser', status: 200 }],
  },
  {
    ...PASSKEYS,
    id: 'addPasskey',
    method: 'post',
    path: '/account/passkeys',
    summary: 'Add a passkey',
    description: `The body is what the browser’s \`credentials.create\` gave, as JSON. A person has ten at most. ${RECENT}`,
    body: { 'application/json': NewCredential },
    answers: [
      { status: 201, description: 'It is added.', content: { 'application/json': Passkey } },
    ],
    problems: [...OF_CALLERS, ...OF_BODIES],
    examples: [],
  },
  {
    ...PASSKEYS,
    id: 'removePasskey',
    method: 'delete',
    path: '/account/passkeys/{id}',
    summary: 'Remove a passkey',
    description: RECENT,
    parameters: { id: z.string() },
    answers: DONE,
    problems: [...OF_CALLERS, 'not-found'],
    examples: [],
  },
]
