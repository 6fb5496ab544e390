import { randomUUID } from 'node:crypto'
import { errors, SignJWT } from 'jose'
import type { Identity } from '../chassis/auth/identity.ts'
import { refusalOf } from '../chassis/auth/tokenProblem.ts'
import { type KnownIssuer, verifyToken } from '../chassis/auth/verifyToken.ts'
import { PRINCIPAL_KINDS } from '../contract/principal.ts'
import { ALGORITHM, type SigningKeys } from './signingKeys.ts'

const TYPE = 'at+jwt'
const AUDIENCE = 'causeway'
/** The clock of a verifier may be so many seconds behind the database's. */
const SKEW_SECONDS = 60

export interface TokensOptions {
  keys: Pick<SigningKeys, 'signerAt' | 'publicKey'>
  issuer: string
  /** The life of each. */
  seconds: number
}

/** For whom a token is. Times are the database's, in milliseconds since 1970. */
export interface TokenSubject {
  principal: string
  name: string
  groups: readonly string[]
  /** The session or API key with which the token ends. */
  sid: string
  now: number
  /** The token ends then at the latest. */
  endsAt?: number
}

export interface IssuedToken {
  token: string
  expiresAt: number
}

/** Access tokens: what ingests and gateways ask for, and verify without asking us. */
export class Tokens {
  readonly #options: TokensOptions
  /** Ourselves, as verifiers elsewhere know us. */
  readonly #known: KnownIssuer

  constructor(options: TokensOptions) {
    this.#options = options
    const { issuer, keys } = options
    this.#known = {
      issuer: { issuer, audience: AUDIENCE, algorithms: [ALGORITHM], kinds: [...PRINCIPAL_KINDS] },
      find: async ({ kid }) => {
        const key = keys.publicKey(kid)
        if (key === undefined) throw new errors.JWKSNoMatchingKey()
        return key
      },
    }
  }

  /** The life of a token in seconds. */
  get seconds(): number {
    return this.#options.seconds
  }

  /** Throws `unavailable` if no signing key is known yet. */
  async issue({ principal, name, groups, sid, now, endsAt }: TokenSubject): Promise<IssuedToken> {
    const { keys, issuer, seconds } = this.#options
    const { kid, privateKey } = keys.signerAt(now)
    const expiresAt = Math.min(now + seconds * 1_000, endsAt ?? Infinity)
    // With its milliseconds: a token of the same second as a revocation, but after it, must stay good.
    const claims = { sub: principal, name, groups: [...groups], sid, iat: now / 1_000 }
    const token = await new SignJWT(claims)
      .setProtectedHeader({ typ: TYPE, alg: ALGORITHM, kid })
      .setIssuer(issuer)
      .setAudience(AUDIENCE)
      .setJti(randomUUID())
      .setNotBefore(Math.floor(now / 1_000) - SKEW_SECONDS)
      .setExpirationTime(Math.floor(expiresAt / 1_000))
      .sign(privateKey)
    return { token, expiresAt: Math.floor(expiresAt / 1_000) * 1_000 }
  }

  /** Rejects with TokenRefused. It does not know of revocations. */
  async verify(token: string): Promise<Omit<Identity, 'by'>> {
    try {
      return await verifyToken(token, 'header', this.#known, Date.now())
    } catch (error) {
      throw refusalOf(error)
    }
  }
}
