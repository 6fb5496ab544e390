import { type Answer, request } from './request.ts'
import { isObject } from './typeGuards.ts'

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
    return (await request(this.#url('methods'), {}, isMethods)).body
  }

  login(name: string, password: string): Promise<Me> {
    return this.#signIn('login', { name, password })
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
    await request(this.#url(everywhere ? 'logout-everywhere' : 'logout'), post({}), isAnything)
  }

  /** The address that begins a sign-in at a provider, which leads back to `path`. */
  providerUrl(id: string, path: string): string {
    return this.#url(`login/${encodeURIComponent(id)}?return=${encodeURIComponent(path)}`).href
  }

  async #signIn(path: string, body: object): Promise<Me> {
    return asMe(await request(this.#url(path), post(body), isSignedIn))
  }

  #url(path: string): URL {
    return new URL(`account/${path}`, this.#base)
  }
}

const post = (body: object): RequestInit => ({
  method: 'POST',
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify(body),
})

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

function isMethods(body: unknown): body is Methods {
  if (!isObject(body) || !Array.isArray(body.providers)) return false
  return body.providers.every(
    (each) => isObject(each) && typeof each.id === 'string' && typeof each.name === 'string',
  )
}

const isAnything = (body: unknown): body is unknown => body !== null
