import { type JWTVerifyOptions, type JWTVerifyResult, errors, jwtVerify } from 'jose'
import * as client from 'openid-client'
import type { External } from '../externalSignIn.ts'
import { Discovery, type Found } from './discovery.ts'
import { isIncomplete, personOf } from './person.ts'
import type { ProviderSettings } from './providerSettings.ts'
import { SignInError, toSignInError } from './signInError.ts'
import type { PendingSignIn } from './signInState.ts'

export interface ProviderOptions {
  settings: ProviderSettings
  /** Where the browser comes back to; registered at the provider. */
  redirectUri: string
  /** Where the browser goes after it signed out at the provider; registered there too. */
  signedOutUri: string
  /** Milliseconds that never run backwards. */
  now: () => number
}

/** What ties the parts of one sign-in together. `state` returns with the browser. */
export interface Proofs extends Pick<PendingSignIn, 'nonce' | 'verifier'> {
  state: string
}

/** HS256 is left out: it would take a public text for the key. `none` is left out too. */
const ALGORITHMS = 'RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519'.split(' ')
/** Seconds that the clocks of two machines may differ by; openid-client has the same. */
export const CLOCK_SKEW = 30

/** One identity provider. */
export class Provider {
  readonly settings: ProviderSettings
  readonly #options: ProviderOptions
  readonly #discovery: Discovery

  constructor(options: ProviderOptions) {
    this.#options = options
    this.settings = options.settings
    this.#discovery = new Discovery(options.settings, options.now)
  }

  /** Where the browser goes to sign in. @throws {SignInError} */
  async authorizationUrl({ state, nonce, verifier }: Proofs): Promise<string> {
    try {
      const { configuration } = await this.#discovery.find()
      return client.buildAuthorizationUrl(configuration, {
        redirect_uri: this.#options.redirectUri,
        scope: this.settings.scopes.join(' '),
        state,
        nonce,
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      }).href
    } catch (error) {
      throw toSignInError(error)
    }
  }

  /**
   * Trades the code in the callback's query for the person. Checks state, issuer, nonce, audience, times and signature.
   * @throws {SignInError}
   */
  async exchange(query: URLSearchParams, proofs: Proofs): Promise<External> {
    try {
      return await this.#exchange(query, proofs)
    } catch (error) {
      throw toSignInError(error)
    }
  }

  /** Verifies a token that the provider signed for us. @throws jose's errors */
  async verify(token: string, options: JWTVerifyOptions): Promise<JWTVerifyResult> {
    const { keys, issuer } = await this.#discovery.find()
    const pinned = {
      issuer,
      audience: this.settings.clientId,
      algorithms: ALGORITHMS,
      clockTolerance: CLOCK_SKEW,
    }
    return jwtVerify(token, keys, { ...options, ...pinned })
  }

  /** Where the browser goes to sign out at the provider too; undefined if it has no such place, or is away. */
  async signOutUrl(): Promise<string | undefined> {
    try {
      const { configuration } = await this.#discovery.find()
      return client.buildEndSessionUrl(configuration, {
        post_logout_redirect_uri: this.#options.signedOutUri,
      }).href
    } catch {
      return undefined
    }
  }

  async #exchange(query: URLSearchParams, { state, nonce, verifier }: Proofs): Promise<External> {
    const { configuration, issuer, keys } = await this.#discovery.find()
    const callback = new URL(this.#options.redirectUri)
    callback.search = query.toString()
    const tokens = await client.authorizationCodeGrant(configuration, callback, {
      expectedState: state,
      expectedNonce: nonce,
      pkceCodeVerifier: verifier,
      idTokenExpected: true,
    })
    const claims = tokens.claims()
    if (claims === undefined || tokens.id_token === undefined) {
      throw new SignInError('not-valid', 'the provider sent no ID token')
    }
    // A provider for many organisations signs with the issuer of each: then anyone of any of them could come in.
    if (claims.iss !== issuer) throw new SignInError('not-valid', 'another issuer')
    await verifyNow(tokens.id_token, keys)
    const more = await this.#userInfo(configuration, tokens.access_token, claims)
    return personOf({ ...more, ...claims }, this.settings)
  }

  async #userInfo(
    configuration: client.Configuration,
    accessToken: string,
    claims: client.IDToken,
  ): Promise<Readonly<Record<string, unknown>>> {
    const hasUserInfo = configuration.serverMetadata().userinfo_endpoint !== undefined
    if (!hasUserInfo || !isIncomplete(claims, this.settings)) return {}
    return client.fetchUserInfo(configuration, accessToken, claims.sub)
  }
}

/**
 * Verifies the signature of an ID token. openid-client leaves that out, because TLS has named the sender. A key that is not known
 * is asked for at once: the token came from the provider itself, so nobody can use this to flood it.
 */
async function verifyNow(idToken: string, keys: Found['keys']): Promise<void> {
  const options = { algorithms: ALGORITHMS, clockTolerance: CLOCK_SKEW }
  try {
    await jwtVerify(idToken, keys, options)
  } catch (error) {
    if (!(error instanceof errors.JWKSNoMatchingKey)) throw error
    await keys.reload()
    await jwtVerify(idToken, keys, options)
  }
}
