import { createSecretKey } from 'node:crypto'
import { createLocalJWKSet } from 'jose'
import { Problem } from '../../contract/problem.ts'
import type { Clock } from '../clock.ts'
import type { Identity } from './identity.ts'
import type { Issuer } from './issuers.ts'
import { RemoteKeys } from './remoteKeys.ts'
import { refusalOf, TokenRefused } from './tokenProblem.ts'
import { type KnownIssuer, verifyToken } from './verifyToken.ts'

/** A token is a header of a request; nginx takes no longer ones. */
const MAX_TOKEN_LENGTH = 8_192

export interface TokenVerifierOptions {
  issuers: readonly Issuer[]
  clock: Clock
  /** Milliseconds since 1970. */
  now: () => number
  /** The keys of an issuer could not be read. */
  onError: (error: unknown, issuer: string) => void
}

/** Verifies access tokens of the configured issuers. */
export class TokenVerifier {
  readonly #known = new Map<string, KnownIssuer>()
  readonly #remote: RemoteKeys[] = []
  readonly #now: () => number

  constructor({ issuers, clock, now, onError }: TokenVerifierOptions) {
    this.#now = now
    for (const issuer of issuers) {
      const { jwks, secret = '' } = issuer
      if (typeof jwks === 'string') {
        const keys = new RemoteKeys({
          url: jwks,
          clock,
          onError: (error) => onError(error, issuer.issuer),
        })
        this.#remote.push(keys)
        this.#known.set(issuer.issuer, { issuer, find: keys.find })
      } else if (jwks !== undefined) {
        this.#known.set(issuer.issuer, { issuer, find: createLocalJWKSet(jwks) })
      } else {
        // One object for all verifications: jose imports it once.
        const key = createSecretKey(secret, 'utf8')
        this.#known.set(issuer.issuer, { issuer, find: async () => key })
      }
    }
  }

  /** Reads keys behind URLs, now and from time to time; returns what stops that. */
  start(): () => void {
    const stops = this.#remote.map((keys) => keys.start())
    return () => stops.forEach((stop) => stop())
  }

  /** Rejects with TokenRefused, or with `unavailable` while the keys of its issuer are out of reach. */
  async verify(token: string, by: Identity['by']): Promise<Identity> {
    try {
      if (token.length > MAX_TOKEN_LENGTH) throw new TokenRefused('malformed')
      const known = this.#known.get(claimedIssuer(token))
      if (known === undefined) throw new TokenRefused('issuer')
      return await verifyToken(token, by, known, this.#now())
    } catch (error) {
      if (error instanceof Problem) throw error
      throw refusalOf(error)
    }
  }
}

/** Whose token it says that it is: that issuer's keys must have signed it. Throws if it is no token. */
function claimedIssuer(token: string): string {
  const [, payload = ''] = token.split('.', 2)
  const { iss }: { iss?: unknown } = Object(
    JSON.parse(Buffer.from(payload, 'base64url').toString()),
  )
  return String(iss)
}
