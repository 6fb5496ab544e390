import { hash } from 'node:crypto'
import type { Identity } from './identity.ts'

/** Characters of all tokens in it. An identity takes two to three times as many bytes as its token has characters. */
const MAX_CHARACTERS = 16_777_216

interface Verified {
  identity: Identity
  characters: number
}

/**
 * The tokens that this process has verified, so that each is verified once: by their SHA-256, and not longer than they are valid.
 * Above a total size the oldest go first.
 */
export class VerifiedTokens {
  readonly #tokens = new Map<string, Verified>()
  readonly #maxCharacters: number
  #characters = 0

  constructor(maxCharacters = MAX_CHARACTERS) {
    this.#maxCharacters = maxCharacters
  }

  get size(): number {
    return this.#tokens.size
  }

  /** `now` in milliseconds since 1970. */
  get(key: string, now: number): Identity | undefined {
    const identity = this.#tokens.get(key)?.identity
    return identity !== undefined && identity.expiresAt > now ? identity : undefined
  }

  add(key: string, characters: number, identity: Identity, now: number): void {
    this.#delete(key)
    this.#tokens.set(key, { identity, characters })
    this.#characters += characters
    for (const [oldest, verified] of this.#tokens) {
      const isExpired = verified.identity.expiresAt <= now
      if (!isExpired && this.#characters <= this.#maxCharacters) break
      this.#delete(oldest)
    }
  }

  #delete(key: string): void {
    const known = this.#tokens.get(key)
    if (known === undefined) return
    this.#tokens.delete(key)
    this.#characters -= known.characters
  }
}

/** A token's key. The way that it came by is a part of the identity, and so of the key. */
export function tokenKey(token: string, by: Identity['by']): string {
  return hash('sha256', by + token, 'binary')
}
