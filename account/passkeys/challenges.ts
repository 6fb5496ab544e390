import { z } from 'zod'
import type { Seal } from '../seal.ts'
import { hashOf } from '../secrets.ts'

/** What the signature of a passkey is for. */
export type Purpose = 'add-passkey' | 'use-passkey'

/** Long enough to find a security key, and its PIN. */
export const CHALLENGE_SECONDS = 300

const content = z.tuple([z.string(), z.number()])

/**
 * What a passkey signs. A challenge is sealed, and says itself for whom and until when it is good: making one costs no memory, and any
 * process can check it. It does not know whether it was used; see `Passkeys`.
 */
export class Challenges {
  readonly #seal: Seal
  readonly #now: () => number

  /** `now`: milliseconds since 1970. */
  constructor(seal: Seal, now: () => number) {
    this.#seal = seal
    this.#now = now
  }

  /** `owner`: the only session or browser that it is good for. In base64url, and never the same twice. */
  write(purpose: Purpose, owner: string): string {
    const until = this.#now() + CHALLENGE_SECONDS * 1_000
    const all: z.infer<typeof content> = [hashOf(owner), until]
    return this.#seal.seal(purpose, JSON.stringify(all))
  }

  isGood(purpose: Purpose, owner: string, challenge: string): boolean {
    const text = this.#seal.open(purpose, challenge)
    if (text === undefined) return false
    const [hash, until] = content.parse(JSON.parse(text))
    return hash === hashOf(owner) && this.#now() <= until
  }
}
