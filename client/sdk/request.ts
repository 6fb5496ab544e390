import { problemOf } from './problemResponse.ts'
import { Problem } from '../../contract/problem.ts'

/** The server gave no answer, or none that can be understood: the request may or may not have taken effect. */
export class Unreachable extends Error {
  constructor(cause: unknown) {
    super('Causeway did not answer', { cause })
    this.name = 'Unreachable'
  }
}

/** The bound of one attempt. It is longer than the server's own deadlines, so that the server's answer comes first. */
const ATTEMPT_TIMEOUT_MS = 10_000

/** A POST with this body. */
export function postJson(body: unknown): RequestInit {
  const headers = { 'Content-Type': 'application/json' }
  return { method: 'POST', headers, body: JSON.stringify(body) }
}

export interface Answer<T> {
  body: T
  /** The server's time when it answered, in milliseconds since 1970; this machine's if the server does not tell. */
  date: number
}

/**
 * One attempt. An answer without content has the body undefined. `waitMs`: the server may answer so much later.
 * Throws `Problem` if the server refused, else `Unreachable`.
 */
export async function request<T>(
  url: URL,
  init: RequestInit,
  isBody: (body: unknown) => body is T,
  signal?: AbortSignal,
  waitMs = 0,
): Promise<Answer<T>> {
  const timeout = AbortSignal.timeout(ATTEMPT_TIMEOUT_MS + waitMs)
  const either = signal === undefined ? timeout : AbortSignal.any([signal, timeout])
  try {
    const response = await fetch(url, { ...init, signal: either })
    if (!response.ok) throw await problemOf(response)
    const body: unknown = [202, 204].includes(response.status) ? undefined : await response.json()
    if (!isBody(body)) throw new TypeError('The answer has an unknown form')
    const date = Date.parse(response.headers.get('date') ?? '')
    return { body, date: Number.isNaN(date) ? Date.now() : date }
  } catch (error) {
    throw error instanceof Problem ? error : new Unreachable(error)
  }
}
