import { errors } from 'jose'
import { Problem } from '../../contract/problem.ts'

/** What became of a token, for the metrics. */
export const TOKEN_OUTCOMES = {
  /** The signature was verified: once for each token and process. */
  verified: 0,
  malformed: 0,
  issuer: 0,
  algorithm: 0,
  key: 0,
  signature: 0,
  type: 0,
  audience: 0,
  claims: 0,
  early: 0,
  expired: 0,
  revoked: 0,
  unavailable: 0,
}
export type TokenOutcome = keyof typeof TOKEN_OUTCOMES

/** A token that is not accepted. Its bearer learns no more than the detail. */
export class TokenRefused extends Problem {
  readonly outcome: TokenOutcome

  constructor(outcome: TokenOutcome, cause?: unknown) {
    super('unauthenticated', DETAILS[outcome] ?? 'The token is not valid.', { cause })
    this.outcome = outcome
  }
}

const DETAILS: { [outcome in TokenOutcome]?: string } = {
  expired: 'The token has expired.',
  revoked: 'The token was revoked.',
}

/** The refusal for an error of jose. */
export function refusalOf(error: unknown): TokenRefused {
  if (error instanceof TokenRefused) return error
  if (error instanceof errors.JWTExpired) return new TokenRefused('expired', error)
  if (error instanceof errors.JWTClaimValidationFailed) {
    return new TokenRefused(CLAIMS[error.claim] ?? 'claims', error)
  }
  return new TokenRefused(
    ERRORS[error instanceof errors.JOSEError ? error.code : ''] ?? 'malformed',
    error,
  )
}

const CLAIMS: Record<string, TokenOutcome> = {
  aud: 'audience',
  iss: 'issuer',
  typ: 'type',
  nbf: 'early',
}

const ERRORS: Record<string, TokenOutcome> = {
  ERR_JOSE_ALG_NOT_ALLOWED: 'algorithm',
  ERR_JOSE_NOT_SUPPORTED: 'algorithm',
  ERR_JWKS_NO_MATCHING_KEY: 'key',
  ERR_JWKS_MULTIPLE_MATCHING_KEYS: 'key',
  ERR_JWS_SIGNATURE_VERIFICATION_FAILED: 'signature',
}
