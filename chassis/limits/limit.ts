import { Problem } from '../../contract/problem.ts'
import type { Allowance } from './allowance.ts'

/** Whom a use counts for. */
export interface Subject {
  /** Undefined if nobody has signed in: a claimed name is no principal. */
  principal: string | undefined
  /** As `clientAddress` writes it. */
  address: string
}

/** One text for whom a use counts. A principal has a colon after its kind, and no address has the same text. */
export function subjectKey({ principal, address }: Subject): string {
  return principal ?? address
}

/** One side of a limit: per principal, or per address. */
export interface LimitSide {
  /** Also the policy's name in the RateLimit headers. */
  name: string
  /** Undefined if this side does not count for the subject. */
  keyOf: (subject: Subject) => string | undefined
  allowance: Allowance
  windowSeconds: number
  /** What is counted, if it is not requests: a quota unit of the RateLimit headers. */
  unit?: 'content-bytes' | undefined
}

/** Counts refusals, by the name of the side. */
export interface Refusals {
  inc: (labels: { limit: string }) => void
}

/** What answers say of a limit: draft-ietf-httpapi-ratelimit-headers-11, one item for each side. */
export interface LimitHeaders {
  'RateLimit-Policy': string
  RateLimit: string
}

/** A limit on one kind of use. Without a side it allows everything. */
export class Limit {
  readonly #sides: readonly (LimitSide & { policy: string })[]
  readonly #refusals: Refusals

  constructor(sides: readonly LimitSide[], refusals: Refusals) {
    this.#sides = sides.map((side) => ({ ...side, policy: policyOf(side) }))
    this.#refusals = refusals
  }

  /**
   * Undefined if this use is allowed; otherwise the milliseconds until it is. It takes nothing yet. A use that costs more than all
   * points is allowed while all are there: otherwise it never would be.
   */
  refusal(subject: Subject, cost = 1): number | undefined {
    for (const { name, keyOf, allowance } of this.#sides) {
      const key = keyOf(subject)
      if (key === undefined) continue
      const { remaining, resetMs } = allowance.standing(key)
      if (remaining >= Math.min(cost, allowance.points)) continue
      this.#refusals.inc({ limit: name })
      return resetMs
    }
    return undefined
  }

  /** Takes points, also if there are fewer. */
  take(subject: Subject, cost: number): void {
    for (const { keyOf, allowance } of this.#sides) {
      const key = keyOf(subject)
      if (key !== undefined) allowance.take(key, cost)
    }
  }

  /** How fast a subject may go on without ever being refused; Infinity if nothing limits it. */
  pointsPerSecond(subject: Subject): number {
    const own = this.#sides.filter(({ keyOf }) => keyOf(subject) !== undefined)
    return Math.min(...own.map(({ allowance, windowSeconds }) => allowance.points / windowSeconds))
  }

  /** Undefined if nothing limits this subject. */
  headers(subject: Subject): LimitHeaders | undefined {
    const policies: string[] = []
    const standings: string[] = []
    for (const { name, keyOf, allowance, policy, windowSeconds } of this.#sides) {
      const key = keyOf(subject)
      if (key === undefined) continue
      const { remaining, resetMs } = allowance.standing(key)
      policies.push(policy)
      // The clock of the store may begin a window a moment later than ours.
      const seconds = Math.min(toSeconds(resetMs), windowSeconds)
      standings.push(`"${name}";r=${remaining};t=${seconds}`)
    }
    if (policies.length === 0) return undefined
    return { 'RateLimit-Policy': policies.join(', '), RateLimit: standings.join(', ') }
  }
}

/** Rounded up: whoever comes back then is not refused again. */
function toSeconds(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1_000))
}

/** Throws `rate-limited` if the limit refuses a use of this cost. It takes nothing. */
export function requireLimit(limit: Limit, subject: Subject, cost = 1): void {
  const waitMs = limit.refusal(subject, cost)
  if (waitMs !== undefined) throw rateLimited('Too much was asked for in the last minute.', waitMs)
}

/** The answer to what a limit refuses for so many milliseconds. */
export function rateLimited(detail: string, waitMs: number): Problem {
  return new Problem('rate-limited', detail, { retryAfter: toSeconds(waitMs) })
}

function policyOf({ name, allowance, windowSeconds, unit }: LimitSide): string {
  const units = unit === undefined ? '' : `;qu="${unit}"`
  return `"${name}";q=${allowance.points}${units};w=${windowSeconds}`
}
