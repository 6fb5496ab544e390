import type { Request, Response } from 'express'

/** A person as an identity provider vouches for it. */
export interface External {
  /** The provider's id in PROVIDERS: 1 to 16 of `a-z 0-9`, and single hyphens inside. */
  provider: string
  /** The provider's own, lasting name for the person: `sub` of its ID token. */
  subject: string
  /** To show; it is cleaned, and may be empty. */
  name: string
  /** As grants name them, without `group:`. */
  groups: readonly string[]
  /** The provider's name for the session there (`sid` of its ID token), for back-channel logout. */
  sid?: string | undefined
}

/** What signing in by an identity provider needs from the rest of `account`. All methods throw `unavailable` without Postgres. */
export interface ExternalSignIn {
  /**
   * Begins a new session, ends the one that the request's cookie names, and sets both cookies. The caller then answers: with a
   * redirect, for example. Throws `forbidden` if the person is banned.
   */
  begin: (request: Request, response: Response, person: External) => Promise<void>
  /** Ends the sessions that match all that is given, `sid` or `subject` at least, with their open streams. Resolves to their number. */
  end: (which: {
    provider: string
    subject?: string | undefined
    sid?: string | undefined
  }) => Promise<number>
}
