import { type Backoff, backoffDelay } from './backoff.ts'
import { Unreachable } from './request.ts'
import { Problem } from '../../contract/problem.ts'

/** The most that `Retry-After` or `retry:` counts: a person must not wait for a day because a clock was wrong. */
const MAX_RETRY_AFTER_MS = 3_600_000

/** The wait before a failed call is repeated, in milliseconds; undefined if repeating it is useless. */
export function retryDelay(error: unknown, failures: number, backoff: Backoff): number | undefined {
  const wait = backoffDelay(failures, Math.random(), backoff)
  if (error instanceof Unreachable) return wait
  if (!(error instanceof Problem) || !error.mayRetry) return undefined
  return Math.max(wait, retryAfterMs(error))
}

/** The wait that the server asked for; 0 if it asked for none. */
export function retryAfterMs({ retryAfter = 0 }: Problem): number {
  return Math.min(retryAfter * 1_000, MAX_RETRY_AFTER_MS)
}

/** Whether asking again is useless. */
export function isFinal({ status, mayRetry }: Problem): boolean {
  return status < 500 && !mayRetry
}
