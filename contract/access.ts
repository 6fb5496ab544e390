import type { Action } from './grants.ts'

/**
 * A grant as it is kept: for one principal (`user:alice`), for all of a kind (`user:*`), or for a group (`group:staff`). No actions:
 * it was taken away.
 */
interface GrantRow {
  kind: 'grant'
  subject: string
  pattern: string
  actions: readonly Action[]
}

/**
 * Tokens that are refused although they verify: those of a principal (`user:alice`), of a session (`session:<sid>`) or one of them
 * (`token:<jti>`).
 */
export interface RevocationRow {
  kind: 'revocation'
  subject: string
  /** Milliseconds since 1970: tokens that were issued before are refused. Infinity: all are. */
  notBefore: number
  /** Milliseconds since 1970: by then the last such token has expired. Infinity: the row stands until it is replaced. */
  until: number
}

export type AccessRow = GrantRow | RevocationRow

/** Changes with their numbers, in order, and the number of the last change of all. */
export interface AccessChanges {
  head: number
  changes: (AccessRow & { number: number })[]
}
