import { readBearer } from '../chassis/auth/credentials.ts'
import type { Route } from '../chassis/route.ts'
import { Problem } from '../contract/problem.ts'
import type { ApiKeys } from './apiKeys.ts'
import type { AccountMetrics } from './metrics.ts'
import type { SigningKeys } from './signingKeys.ts'
import type { Tokens } from './tokens.ts'

export interface TokenParts {
  keys: Pick<SigningKeys, 'jwks'>
  apiKeys: Pick<ApiKeys, 'use'>
  tokens: Tokens
  metrics: Pick<AccountMetrics, 'tokens'>
}

/** A new key is published for longer than that before it signs (`KeyTimes`). */
const JWKS_SECONDS = 300

/** What programs ask for: the public keys, and tokens for API keys (as in RFC 6749, 5.1). */
export function createTokenRoutes({ keys, apiKeys, tokens, metrics }: TokenParts): Route[] {
  return [
    {
      path: '/account/jwks.json',
      get: (_request, response) => {
        const body = JSON.stringify(keys.jwks())
        response.setHeader('Cache-Control', `public, max-age=${JWKS_SECONDS}`)
        response.type('application/jwk-set+json').send(body)
      },
    },
    {
      path: '/account/token',
      post: async (request, response) => {
        const found = await apiKeys.use(readBearer(request.headers.authorization) ?? '')
        metrics.tokens.inc({ outcome: found === undefined ? 'refused' : 'key' })
        if (found === undefined) throw new Problem('unauthenticated', 'The API key is not valid.')
        const { token, expiresAt } = await tokens.issue(found)
        response.json({
          access_token: token,
          token_type: 'Bearer',
          expires_in: Math.floor((expiresAt - found.now) / 1_000),
        })
      },
    },
  ]
}
