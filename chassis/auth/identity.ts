import type { Grant } from '../../contract/grants.ts'

/** What a verified token says about its bearer. All requests and streams with that token share one. */
export interface Identity {
  /** `user:alice`; the id of the sender, and the owner of idempotency keys. */
  principal: string
  /** To be shown: the token's `name`, or the principal's id. */
  name: string
  groups: readonly string[]
  /** Those in the token; more may stand in the table (see Access). */
  grants: readonly Grant[]
  /** The `sid`: all tokens of a session end with it. */
  session?: string
  /** The `jti`. */
  tokenId: string
  /** Milliseconds since 1970, and so is `expiresAt`. */
  issuedAt: number
  expiresAt: number
  /** A browser sends a cookie by itself, also for the page of another site. */
  by: 'header' | 'cookie'
}
