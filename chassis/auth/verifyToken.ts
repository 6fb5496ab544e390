import { jwtVerify, type JWTVerifyGetKey } from 'jose'
import { identityOf } from './claims.ts'
import type { Identity } from './identity.ts'
import type { Issuer } from './issuers.ts'
import { TokenRefused } from './tokenProblem.ts'

/** By how much an issuer's clock may be ahead. Not for `exp`: a token is never accepted for longer than it says. */
const TOLERANCE_SECONDS = 5

/** An issuer whose keys can be found. */
export interface KnownIssuer {
  issuer: Omit<Issuer, 'jwks' | 'secret'>
  /** Rejects if it has no such key. */
  find: JWTVerifyGetKey
}

/**
 * Verifies an access token of one issuer. `now` is in milliseconds since 1970. Rejects with TokenRefused or an error of jose, which
 * `refusalOf` understands, or as `find` does.
 */
export async function verifyToken(
  token: string,
  by: Identity['by'],
  { issuer, find }: KnownIssuer,
  now: number,
): Promise<Identity> {
  const { payload } = await jwtVerify(token, find, {
    algorithms: issuer.algorithms,
    typ: 'at+jwt',
    issuer: issuer.issuer,
    audience: issuer.audience,
    requiredClaims: ['sub', 'jti', 'iat', 'exp'],
    clockTolerance: TOLERANCE_SECONDS,
    currentDate: new Date(now),
  })
  const identity = identityOf(payload, issuer, by)
  if (identity === undefined) throw new TokenRefused('claims')
  if (identity.expiresAt <= now) throw new TokenRefused('expired')
  // Its future time of issue would let it outlive a revocation.
  if (identity.issuedAt > now + TOLERANCE_SECONDS * 1_000) throw new TokenRefused('early')
  return identity
}
