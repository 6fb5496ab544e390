import { makePasskey } from './passkey.ts'
import { postJson, request } from '../../sdk/request.ts'
import { isObject } from '../../sdk/typeGuards.ts'

/** A browser in which the person is signed in. Times are RFC 3339. */
export interface OpenSession {
  id: string
  createdAt: string
  usedAt: string
  userAgent: string
  /** The id of the provider that vouched for the person; null without one. */
  provider: string | null
  /** Whether it is this browser. */
  current: boolean
}

export interface OwnPasskey {
  id: string
  createdAt: string
  usedAt: string | null
  /** Of the browser that added it. */
  userAgent: string
}

/**
 * What people change about their own account, each one attempt. Each throws `Problem` if the server refused, and `Unreachable` if it
 * did not answer. Those marked "recent" are refused as `unauthenticated` if the sign-in is too long ago.
 */
export class SettingsApi {
  readonly #base: string

  /** `base`: the address of Causeway, e.g. `document.baseURI`. */
  constructor(base: string) {
    this.#base = base
  }

  async sessions(): Promise<OpenSession[]> {
    return (await request(this.#url('sessions'), {}, isSessions)).body.sessions
  }

  /** Recent. */
  async endSession(id: string): Promise<void> {
    await request(this.#url(`sessions/${encodeURIComponent(id)}`), DELETE, isNothing)
  }

  /** Ends the other sessions too. */
  async changePassword(password: string, newPassword: string): Promise<void> {
    await request(this.#url('password'), postJson({ password, newPassword }), isNothing)
  }

  async passkeys(): Promise<OwnPasskey[]> {
    return (await request(this.#url('passkeys'), {}, isPasskeys)).body.passkeys
  }

  /** Recent. Rejects with a DOMException too: see `makePasskey`. */
  async addPasskey(): Promise<void> {
    const { body } = await request(this.#url('passkeys/options'), postJson({}), isCreation)
    const made = await makePasskey(body)
    await request(this.#url('passkeys'), postJson(made), isObject)
  }

  /** Recent. */
  async removePasskey(id: string): Promise<void> {
    await request(this.#url(`passkeys/${encodeURIComponent(id)}`), DELETE, isNothing)
  }

  #url(path: string): URL {
    return new URL(`account/${path}`, this.#base)
  }
}

const DELETE: RequestInit = { method: 'DELETE' }

const isNothing = (body: unknown): body is undefined => body === undefined

function isCreation(body: unknown): body is PublicKeyCredentialCreationOptionsJSON {
  return isObject(body) && typeof body.challenge === 'string' && isObject(body.user)
}

function isSessions(body: unknown): body is { sessions: OpenSession[] } {
  return isObject(body) && areListed(body.sessions)
}

function isPasskeys(body: unknown): body is { passkeys: OwnPasskey[] } {
  return isObject(body) && areListed(body.passkeys)
}

function areListed(list: unknown): boolean {
  return (
    Array.isArray(list) &&
    list.every(
      (each) =>
        isObject(each) &&
        [each.id, each.createdAt, each.userAgent].every((text) => typeof text === 'string'),
    )
  )
}
