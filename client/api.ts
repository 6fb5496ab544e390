import { type Backoff, backoffDelay } from './sdk/backoff.ts'
import { pause } from './sdk/pause.ts'
import { Unreachable, request } from './sdk/request.ts'
import { isHistoryPage, isMessage } from './sdk/typeGuards.ts'
import type { HistoryPage } from '../contract/history.ts'
import type { Message } from '../contract/message.ts'
import { PROBLEMS, Problem } from '../contract/problem.ts'

interface ApiOptions {
  /** The address of Causeway, e.g. `document.baseURI`. */
  base: string
  /** Headers of a post, read for each: who sends it, if Causeway takes anyone's word for that. */
  headers?: () => Record<string, string>
  /** Called if the token was refused. Resolves to true if there is a new one, with which the call is repeated once. */
  renew?: () => Promise<boolean>
  /** A call is repeated for so long before it fails, in milliseconds; 30 s by default. */
  timeoutMs?: number
}

const BACKOFF: Backoff = { first: 500, max: 5_000 }

/** The calls of the chat. Each throws `Problem` if the server refused, and `Unreachable` if it did not answer. */
export class Api {
  readonly #base: string
  readonly #headers: () => Record<string, string>
  readonly #renew: () => Promise<boolean>
  readonly #timeoutMs: number

  constructor({ base, headers, renew, timeoutMs = 30_000 }: ApiOptions) {
    this.#base = base
    this.#headers = headers ?? (() => ({}))
    this.#renew = renew ?? (() => Promise.resolve(false))
    this.#timeoutMs = timeoutMs
  }

  /**
   * Appends a message. `key` is the idempotency key. After `Unreachable`, repeat the call with the same key: the message is
   * stored once, however often the call is repeated.
   */
  post(channel: string, data: unknown, key: string, signal?: AbortSignal): Promise<Message> {
    const init = {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        'Idempotency-Key': key,
        ...this.#headers(),
      },
      body: JSON.stringify({ data }),
    }
    const path = `channels/${encodeURIComponent(channel)}/messages`
    return this.#call(path, init, isMessage, signal)
  }

  /** A page of messages, newest first. `before` is an exclusive position. */
  history(
    channel: string,
    { before, limit }: { before?: number | undefined; limit: number },
    signal?: AbortSignal,
  ): Promise<HistoryPage> {
    const query = new URLSearchParams({ channel, limit: String(limit), order: 'desc' })
    if (before !== undefined) query.set('before', String(before))
    return this.#call(`history?${query}`, {}, isHistoryPage, signal)
  }

  async #call<T>(
    path: string,
    init: RequestInit,
    isBody: (body: unknown) => body is T,
    signal?: AbortSignal,
  ): Promise<T> {
    const url = new URL(path, this.#base)
    const deadline = Date.now() + this.#timeoutMs
    for (let failures = 0; ; failures += 1) {
      try {
        return await this.#attempt(url, init, isBody, signal)
      } catch (error) {
        signal?.throwIfAborted()
        const wait = backoffDelay(failures, Math.random(), BACKOFF)
        if (!isRetryable(error) || Date.now() + wait > deadline) throw error
        await pause(wait, signal)
      }
    }
  }

  async #attempt<T>(
    url: URL,
    init: RequestInit,
    isBody: (body: unknown) => body is T,
    signal?: AbortSignal,
  ): Promise<T> {
    try {
      return (await request(url, init, isBody, signal)).body
    } catch (error) {
      const refused = error instanceof Problem && error.type === 'unauthenticated'
      if (!refused || !(await this.#renew())) throw error
      return (await request(url, init, isBody, signal)).body
    }
  }
}

function isRetryable(error: unknown): boolean {
  return error instanceof Unreachable || (error instanceof Problem && PROBLEMS[error.type].retry)
}
