import type { Backoff } from './backoff.ts'
import { pause } from './pause.ts'
import { problemOf } from './problemResponse.ts'
import { Unreachable, request } from './request.ts'
import { retryDelay } from './retry.ts'
import { Problem } from '../../contract/problem.ts'

/**
 * Sees that the token is good for a while: at once, or by getting another. `refused`: the present one was refused, so it is not.
 * Resolves to false if nobody is signed in any more; rejects if nobody knows yet.
 */
export type Renew = (refused: boolean) => Promise<boolean>

/** Where Causeway is, and who calls. */
export interface CausewayOptions {
  /** The address of Causeway, e.g. `https://chat.example/` or `document.baseURI`. */
  base: string
  /** Headers of each request, read for each: `Authorization` with a token, or the sender that one claims to be. */
  headers?: (() => Record<string, string>) | undefined
  /** Without it, a refused token stays refused. */
  renew?: Renew | undefined
  /** A call is repeated for so long before it fails, in milliseconds; 30 s by default. */
  timeoutMs?: number | undefined
}

const BACKOFF: Backoff = { first: 500, max: 5_000 }

/**
 * The calls of one caller. Each throws `Problem` if the server refused, and `Unreachable` if it did not answer. The rest of this
 * folder takes it as its first argument.
 */
export class Causeway {
  readonly #base: string
  readonly #headers: () => Record<string, string>
  readonly #timeoutMs: number
  /** See `Renew`. */
  readonly renew: Renew

  constructor({ base, headers, renew, timeoutMs = 30_000 }: CausewayOptions) {
    this.#base = base
    this.#headers = headers ?? (() => ({}))
    this.#timeoutMs = timeoutMs
    this.renew = renew ?? (() => Promise.resolve(false))
  }

  /** A GET that is repeated until it is answered, or its time is over. */
  async get<T>(
    path: string,
    isBody: (body: unknown) => body is T,
    signal?: AbortSignal,
  ): Promise<T> {
    const deadline = performance.now() + this.#timeoutMs
    for (let failures = 0; ; failures += 1) {
      try {
        return await this.attempt(path, {}, isBody, signal)
      } catch (error) {
        signal?.throwIfAborted()
        const wait = retryDelay(error, failures, BACKOFF)
        if (wait === undefined || performance.now() + wait > deadline) throw error
        await pause(wait, signal)
      }
    }
  }

  /** A call that is repeated once, with a new token, if its token was refused. `waitMs`: the answer may take so much longer. */
  async attempt<T>(
    path: string,
    init: RequestInit,
    isBody: (body: unknown) => body is T,
    signal?: AbortSignal,
    waitMs?: number,
  ): Promise<T> {
    const call = () => request(this.#url(path), this.#withHeaders(init), isBody, signal, waitMs)
    try {
      return (await call()).body
    } catch (error) {
      const refused = error instanceof Problem && error.type === 'unauthenticated'
      if (!refused || !(await this.#renewed())) throw error
      return (await call()).body
    }
  }

  /** An answer whose body comes for as long as it likes. */
  async open(path: string, init: RequestInit): Promise<Response> {
    try {
      const response = await fetch(this.#url(path), this.#withHeaders(init))
      if (!response.ok) throw await problemOf(response)
      return response
    } catch (error) {
      throw error instanceof Problem ? error : new Unreachable(error)
    }
  }

  async #renewed(): Promise<boolean> {
    try {
      return await this.renew(true)
    } catch (error) {
      throw new Unreachable(error)
    }
  }

  #url(path: string): URL {
    return new URL(path, this.#base)
  }

  #withHeaders(init: RequestInit): RequestInit {
    const headers = new Headers(init.headers)
    for (const [name, value] of Object.entries(this.#headers())) headers.set(name, value)
    return { ...init, headers }
  }
}
