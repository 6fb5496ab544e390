import { hasPasskeys, signByPasskey } from './passkey.ts'
import { type Answer, postJson, request } from '../../sdk/request.ts'
import { isObject } from '../../sdk/typeGuards.ts'

/** The one who is signed in. */
export interface Me {
  principal: string
  name: string
  /** When the access token ends, in milliseconds since 1970, by the server's clock: a later token has a later end. */
  expiresAt: number
  /** The same by this machine's clock, which may be wrong. */
  endsAt: number
}

interface SignedIn {
  principal: string
  name: string
  /** RFC 3339. Of a session without a good token: now. */
  expiresAt: string
}

/** The ways to sign in. */
export interface Methods {
  /** By name and password. */
  local: boolean
  /** By a passkey of this address, which the browser must have too. */
  passkeys: boolean
  guests: boolean
  providers: { id: string; name: string }[]
}

export interface NewAccount {
  name: string
  password: string
  displayName: string
}

/** The calls of account, each one attempt. Each throws `Problem` if the server refused, and `Unreachable` if it did not answer. */
export class AccountApi {
  readonly #base: string

  /** `base`: the address of Causeway, e.g. `document.baseURI`. */
  constructor(base: string) {
    this.#base = base
  }

  /** The one whose session this browser has. */
  async me(): Promise<Me> {
    return asMe(await request(this.#url('me'), {}, isSignedIn))
  }

  async methods(): Promise<Methods> {
    const { body } = await request(this.#url('methods'), {}, isMethods)
    return { ...body, passkeys: body.passkeys && hasPasskeys() }
  }

  login(name: string, password: string): Promise<Me> {
    return this.#signIn('login', { name, password })
  }

  /** By the passkey that the person chooses. Rejects with a DOMException too: see `signByPasskey`. */
  async passkey(): Promise<Me> {
    const url = this.#url('passkeys/sign-in/options')
    const { body } = await request(url, postJson({}), isRequestOptions)
    return this.#signIn('passkeys/sign-in', await signByPasskey(body))
  }

  /** Makes the account that an invitation is for, and signs in. */
  accept(code: string, account: NewAccount): Promise<Me> {
    return this.#signIn('invitations/accept', { code, ...account })
  }

  guest(name: string): Promise<Me> {
    return this.#signIn('guest', { name })
  }

  renew(): Promise<Me> {
    return this.#signIn('renew', {})
  }

  /** Ends this browser's session, or all sessions of the principal. */
  async logout(everywhere: boolean): Promise<void> {
    await request(this.#url(everywhere ? 'logout-everywhere' : 'logout'), postJson({}), isAnything)
  }

  /** The address that begins a sign-in at a provider, which leads back to `path`. */
  providerUrl(id: string, path: string): string {
    return this.#url(`login/${encodeURIComponent(id)}?return=${encodeURIComponent(path)}`).href
  }

  /** The address that leads to a provider's own sign-out. */
  providerSignOutUrl(id: string): string {
    return this.#url(`logout/${encodeURIComponent(id)}`).href
  }

  async #signIn(path: string, body: unknown): Promise<Me> {
    return asMe(await request(this.#url(path), postJson(body), isSignedIn))
  }

  #url(path: string): URL {
    return new URL(`account/${path}`, this.#base)
  }
}

function asMe({ body, date }: Answer<SignedIn>): Me {
  const { principal, name } = body
  const expiresAt = Date.parse(body.expiresAt)
  return { principal, name, expiresAt, endsAt: Date.now() + (expiresAt - date) }
}

function isSignedIn(body: unknown): body is SignedIn {
  if (!isObject(body)) return false
  const { principal, name, expiresAt } = body
  return (
    [principal, name].every((text) => typeof text === 'string') &&
    typeof expiresAt === 'string' &&
    !Number.isNaN(Date.parse(expiresAt))
  )
}

function isRequestOptions(body: unknown): body is PublicKeyCredentialRequestOptionsJSON {
  return isObject(body) && typeof body.challenge === 'string'
}

function isMethods(body: unknown): body is Methods {
  if (!isObject(body) || !Array.isArray(body.providers)) return false
  return body.providers.every(
    (each) => isObject(each) && typeof each.id === 'string' && typeof each.name === 'string',
  )
}

const isAnything = (body: unknown): body is unknown => body !== null
