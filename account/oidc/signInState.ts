import { z } from 'zod'
import type { Seal } from '../seal.ts'
import { hashOf } from '../secrets.ts'
import { SignInError } from './signInError.ts'

/** A sign-in that is at a provider. */
export interface PendingSignIn {
  /** The provider's id. */
  provider: string
  /** Returns in the ID token. */
  nonce: string
  /** Proves that the code is ours. */
  verifier: string
  /** Where the browser goes in the end; see `returnUrl`. */
  returnTo: string
}

/** Long enough to find a telephone for a second factor. */
export const PENDING_SECONDS = 600

const PURPOSE = 'sign-in'
const content = z.tuple([z.string(), z.string(), z.string(), z.string(), z.string(), z.number()])

/**
 * The `state` that travels to the provider and back: the pending sign-in itself, sealed. So any process can finish it, several tabs
 * can be at it, and beginning one costs no memory. It is good only in the browser that has the cookie `browser`: nobody can sign
 * someone else in. The provider takes each code once, so a state that comes twice opens nothing.
 */
export class SignInState {
  readonly #seal: Seal
  readonly #now: () => number

  /** `now`: milliseconds since 1970. */
  constructor(seal: Seal, now: () => number) {
    this.#seal = seal
    this.#now = now
  }

  write(browser: string, { provider, nonce, verifier, returnTo }: PendingSignIn): string {
    const until = this.#now() + PENDING_SECONDS * 1_000
    const all: z.infer<typeof content> = [
      provider,
      nonce,
      verifier,
      returnTo,
      hashOf(browser),
      until,
    ]
    return this.#seal.seal(PURPOSE, JSON.stringify(all))
  }

  /** @throws {SignInError} if it is not ours, too old or another browser's */
  read(browser: string | undefined, state: string): PendingSignIn {
    const text = this.#seal.open(PURPOSE, state)
    if (text === undefined) throw new SignInError('not-valid', 'the state is not ours')
    const [provider, nonce, verifier, returnTo, owner, until] = content.parse(JSON.parse(text))
    if (this.#now() > until) throw new SignInError('expired', 'the sign-in took too long')
    if (browser === undefined || hashOf(browser) !== owner) {
      throw new SignInError('other-browser', 'the state belongs to another browser')
    }
    return { provider, nonce, verifier, returnTo }
  }
}
