import { z } from 'zod'
import type { Operation } from '../../chassis/description/operation.ts'
import { OF_ALL, OF_CALLERS } from './shared.ts'

const Token = z
  .strictObject({
    access_token: z.string(),
    token_type: z.literal('Bearer'),
    expires_in: z.int().min(0).describe('Seconds'),
  })
  .meta({ id: 'Token', description: 'An access token (RFC 6749, 5.1).' })

const Jwks = z
  .strictObject({
    keys: z.array(
      z.strictObject({
        kty: z.literal('RSA'),
        n: z.string(),
        e: z.string(),
        kid: z.string(),
        alg: z.string(),
        use: z.literal('sig'),
      }),
    ),
  })
  .meta({ id: 'Jwks', description: 'The public keys that verify tokens (RFC 7517).' })

export const tokens: Operation[] = [
  {
    id: 'getToken',
    method: 'post',
    path: '/account/token',
    tag: 'Tokens',
    summary: 'Get an access token for an API key',
    description: 'The key is the bearer: `Authorization: Bearer cw_…`.',
    credential: 'key',
    answers: [{ status: 200, description: 'The token.', content: { 'application/json': Token } }],
    problems: OF_CALLERS,
    examples: [{ name: 'key', summary: 'By an API key', status: 200 }],
  },
  {
    id: 'getJwks',
    method: 'get',
    path: '/account/jwks.json',
    tag: 'Tokens',
    summary: 'Get the public keys',
    credential: 'none',
    answers: [
      {
        status: 200,
        description: 'The keys, also those that soon will sign.',
        content: { 'application/jwk-set+json': Jwks },
      },
    ],
    problems: OF_ALL,
    examples: [{ name: 'keys', summary: 'All of them', status: 200 }],
  },
]
