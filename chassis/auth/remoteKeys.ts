import { createRemoteJWKSet, errors, type CryptoKey, type JWTVerifyGetKey } from 'jose'
import { Problem } from '../../contract/problem.ts'
import type { Clock } from '../clock.ts'

/** Keys of an issuer that rotates them should be published as long before their first use. */
const REFRESH_MS = 300_000
/** At most one request in that time, whatever keys tokens name. */
const COOLDOWN_MS = 30_000
/** Nobody can come in meanwhile. */
const FIRST_MS = 1_000
const TIMEOUT_MS = 5_000

interface RemoteKeysOptions {
  url: string
  clock: Clock
  onError: (error: unknown) => void
}

/**
 * An issuer's public keys behind a URL. They are read at the start and every five minutes, and if a token names another one. No
 * verification waits for the issuer if the key is known, so that tokens go on while the issuer is away.
 */
export class RemoteKeys {
  readonly #options: RemoteKeysOptions
  readonly #keys: ReturnType<typeof createRemoteJWKSet>
  #askedAt = -Infinity
  #asking: Promise<void> | undefined
  #wasRead = false
  #isAway = true

  constructor(options: RemoteKeysOptions) {
    this.#options = options
    // Its own rules would keep requests waiting for an issuer that is away, and ask it once for each of them.
    const rules = { cacheMaxAge: Infinity, cooldownDuration: Infinity, timeoutDuration: TIMEOUT_MS }
    this.#keys = createRemoteJWKSet(new URL(options.url), rules)
  }

  /** Reads the keys now and from time to time; returns what stops that. */
  start(): () => void {
    const { clock } = this.#options
    void this.#ask()
    return clock.every(FIRST_MS, () => {
      const patience = this.#isAway ? COOLDOWN_MS : REFRESH_MS
      if (this.#age >= (this.#wasRead ? patience : FIRST_MS)) void this.#ask()
    })
  }

  /** For jose. Rejects with its error if there is no such key, and with `unavailable` if there may be one. */
  readonly find = async (...of: Parameters<JWTVerifyGetKey>): Promise<CryptoKey> => {
    if (!this.#wasRead) throw this.#away()
    try {
      return await this.#keys(...of)
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error
      if (this.#asking === undefined && this.#age < COOLDOWN_MS) {
        throw this.#isAway ? this.#away() : error
      }
      await this.#ask()
      if (this.#isAway) throw this.#away()
      return this.#keys(...of)
    }
  }

  get #age(): number {
    return this.#options.clock.now() - this.#askedAt
  }

  #away(): Problem {
    return new Problem('unavailable', 'The keys of the token’s issuer could not be read yet.')
  }

  #ask(): Promise<void> {
    this.#asking ??= this.#read().finally(() => (this.#asking = undefined))
    return this.#asking
  }

  async #read(): Promise<void> {
    this.#askedAt = this.#options.clock.now()
    try {
      await this.#keys.reload()
      this.#wasRead = true
      this.#isAway = false
    } catch (error) {
      this.#isAway = true
      this.#options.onError(error)
    }
  }
}
