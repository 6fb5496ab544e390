import { createRemoteJWKSet } from 'jose'
import { type Configuration, allowInsecureRequests, discovery } from 'openid-client'
import { clientAuthentication } from './clientAuthentication.ts'
import type { ProviderSettings } from './providerSettings.ts'
import { SignInError } from './signInError.ts'

/** What a provider's own description of itself says. */
export interface Found {
  configuration: Configuration
  issuer: string
  /** The keys at the address that it names. */
  keys: ReturnType<typeof createRemoteJWKSet>
}

/** Of discovery, of a token request and of the keys, each. A person waits for it. */
const TIMEOUT_SECONDS = 5
/** A provider that changes its addresses is followed within it. */
const REFRESH_MS = 3_600_000
/** A provider that is away is asked once in this time, whoever wants to sign in. */
const RETRY_MS = 5_000

/** Asks a provider when it is first needed, so that it may be away while account starts, and again from time to time. */
export class Discovery {
  readonly #settings: ProviderSettings
  readonly #now: () => number
  #found: Found | undefined
  #search: Promise<Found> | undefined
  #askAgainAt = -Infinity

  /** `now`: milliseconds that never run backwards. */
  constructor(settings: ProviderSettings, now: () => number) {
    this.#settings = settings
    this.#now = now
  }

  /** What is known, if it is new enough; else one search for all who wait. An old answer is better than none. */
  async find(): Promise<Found> {
    const now = this.#now()
    if (this.#found !== undefined && now < this.#askAgainAt) return this.#found
    if (this.#search === undefined && now < this.#askAgainAt) {
      throw new SignInError('provider-away', 'it did not answer a moment ago')
    }
    this.#search ??= this.#discover().finally(() => (this.#search = undefined))
    return this.#search
  }

  async #discover(): Promise<Found> {
    try {
      this.#found = await discover(this.#settings)
      this.#askAgainAt = this.#now() + REFRESH_MS
    } catch (error) {
      this.#askAgainAt = this.#now() + RETRY_MS
      if (this.#found === undefined) throw error
    }
    return this.#found
  }
}

async function discover(settings: ProviderSettings): Promise<Found> {
  const issuer = new URL(settings.issuer)
  // The settings allow it for loopback addresses only.
  const isPlain = issuer.protocol === 'http:'
  const configuration = await discovery(
    issuer,
    settings.clientId,
    undefined,
    await clientAuthentication(settings),
    { timeout: TIMEOUT_SECONDS, execute: isPlain ? [allowInsecureRequests] : [] },
  )
  const { issuer: named, jwks_uri: address = '' } = configuration.serverMetadata()
  if (!URL.canParse(address) || !(isPlain || address.startsWith('https:'))) {
    throw new SignInError('not-valid', 'the provider names no safe address of its keys')
  }
  const keys = createRemoteJWKSet(new URL(address), { timeoutDuration: TIMEOUT_SECONDS * 1_000 })
  return { configuration, issuer: named, keys }
}
