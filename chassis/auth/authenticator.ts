import { Problem } from '../../contract/problem.ts'
import type { Access } from './access.ts'
import { type CredentialHeaders, readCredentials } from './credentials.ts'
import type { Identity } from './identity.ts'
import { type TokenOutcome, TokenRefused } from './tokenProblem.ts'
import type { TokenVerifier } from './tokenVerifier.ts'
import { tokenKey, VerifiedTokens } from './verifiedTokens.ts'

export interface AuthenticatorOptions {
  verifier: Pick<TokenVerifier, 'verify'>
  access: Pick<Access, 'isBlind' | 'refusal'>
  /** The cookie that holds a token. */
  cookieName: string
  count: (outcome: TokenOutcome) => void
  /** Milliseconds since 1970. */
  now: () => number
}

/** Finds out whose a request is. */
export class Authenticator {
  readonly #options: AuthenticatorOptions
  readonly #tokens = new VerifiedTokens()
  /** Verifications under way: requests with the same new token wait for one. */
  readonly #running = new Map<string, Promise<Identity>>()

  constructor(options: AuthenticatorOptions) {
    this.#options = options
  }

  /**
   * The identity by a request's token: at once if that token was verified before. Throws or rejects with `unauthenticated` if there is
   * none or it is not accepted, and with `unavailable` while that cannot be known.
   */
  identify(headers: CredentialHeaders): Identity | Promise<Identity> {
    const { access, cookieName, now } = this.#options
    const credentials = readCredentials(headers, cookieName)
    if (credentials === undefined) throw new Problem('unauthenticated')
    if (access.isBlind) throw new Problem('unavailable', 'Who may what could not be read lately.')
    const { token, by } = credentials
    const key = tokenKey(token, by)
    const known = this.#tokens.get(key, now())
    return known === undefined ? this.#verifyOnce(key, token, by) : this.#unlessRevoked(known)
  }

  async #verifyOnce(key: string, token: string, by: Identity['by']): Promise<Identity> {
    let running = this.#running.get(key)
    if (running === undefined) {
      running = this.#verify(key, token, by).finally(() => this.#running.delete(key))
      this.#running.set(key, running)
    }
    return this.#unlessRevoked(await running)
  }

  async #verify(key: string, token: string, by: Identity['by']): Promise<Identity> {
    const { verifier, count, now } = this.#options
    try {
      const identity = await verifier.verify(token, by)
      this.#tokens.add(key, token.length, identity, now())
      count('verified')
      return identity
    } catch (error) {
      count(error instanceof TokenRefused ? error.outcome : 'unavailable')
      throw error
    }
  }

  #unlessRevoked(identity: Identity): Identity {
    if (this.#options.access.refusal(identity) === undefined) return identity
    this.#options.count('revoked')
    throw new TokenRefused('revoked')
  }
}
