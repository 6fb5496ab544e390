import { type Backoff, backoffDelay } from './backoff.ts'
import { problemOf } from './problemResponse.ts'
import { isHistoryPage, isMessage } from './typeGuards.ts'
import type { HistoryPage } from '../contract/history.ts'
import type { Message, Sender } from '../contract/message.ts'
import { PROBLEMS, Problem } from '../contract/problem.ts'

/** The server gave no answer, or none that can be understood: the request may or may not have taken effect. */
export class Unreachable extends Error {
  constructor(cause: unknown) {
    super('Causeway did not answer', { cause })
    this.name = 'Unreachable'
  }
}

interface ApiOptions {
  /** The address of Causeway, e.g. `document.baseURI`. */
  base: string
  /** Read for each call, because a person may change their name. */
  sender: () => Sender
  /** A call is repeated for so long before it fails, in milliseconds; 30 s by default. */
  timeoutMs?: number
}

/** The bound of one attempt. It is longer than the server's own deadlines, so that the server's answer comes first. */
const ATTEMPT_TIMEOUT_MS = 10_000

const BACKOFF: Backoff = { first: 500, max: 5_000 }

/** The calls of the chat. Each throws `Problem` if the server refused, and `Unreachable` if it did not answer. */
export class Api {
  readonly #base: string
  readonly #sender: () => Sender
  readonly #timeoutMs: number

  constructor({ base, sender, timeoutMs = 30_000 }: ApiOptions) {
    this.#base = base
    this.#sender = sender
    this.#timeoutMs = timeoutMs
  }

  /**
   * Appends a message. `key` is the idempotency key. After `Unreachable`, repeat the call with the same key: the message is
   * stored once, however often the call is repeated.
   */
  post(channel: string, data: unknown, key: string, signal?: AbortSignal): Promise<Message> {
    const sender = this.#sender()
    const request = {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        'Idempotency-Key': key,
        'Causeway-Sender': sender.id,
        'Causeway-Sender-Name': encodeURIComponent(sender.name),
      },
      body: JSON.stringify({ data }),
    }
    const path = `channels/${encodeURIComponent(channel)}/messages`
    return this.#call(path, request, isMessage, signal)
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
    request: RequestInit,
    isAnswer: (body: unknown) => body is T,
    signal?: AbortSignal,
  ): Promise<T> {
    const deadline = Date.now() + this.#timeoutMs
    for (let failures = 0; ; failures += 1) {
      try {
        return await this.#attempt(path, request, isAnswer, signal)
      } catch (error) {
        signal?.throwIfAborted()
        const wait = backoffDelay(failures, Math.random(), BACKOFF)
        if (!isRetryable(error) || Date.now() + wait > deadline) throw error
        await pause(wait, signal)
      }
    }
  }

  async #attempt<T>(
    path: string,
    request: RequestInit,
    isAnswer: (body: unknown) => body is T,
    signal?: AbortSignal,
  ): Promise<T> {
    const timeout = AbortSignal.timeout(ATTEMPT_TIMEOUT_MS)
    const either = signal === undefined ? timeout : AbortSignal.any([signal, timeout])
    try {
      const response = await fetch(new URL(path, this.#base), { ...request, signal: either })
      if (!response.ok) throw await problemOf(response)
      const answer: unknown = await response.json()
      if (!isAnswer(answer)) throw new TypeError('The answer has an unknown form')
      return answer
    } catch (error) {
      throw error instanceof Problem ? error : new Unreachable(error)
    }
  }
}

function isRetryable(error: unknown): boolean {
  return error instanceof Unreachable || (error instanceof Problem && PROBLEMS[error.type].retry)
}

/** Ends early if the call is aborted; the next attempt then fails at once. */
function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms)
    signal?.addEventListener('abort', done, { once: true })
    function done(): void {
      clearTimeout(timer)
      signal?.removeEventListener('abort', done)
      resolve()
    }
  })
}
