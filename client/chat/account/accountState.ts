import type { Me } from './accountApi.ts'
import { Problem } from '../../../contract/problem.ts'

/**
 * Who the page acts for.
 * `starting`: not known yet. `open`: Causeway knows no accounts, and takes anyone's word.
 * `signed-out`: `first`, nobody was signed in; `ended`, the session did; `left`, the person signed out.
 */
export type AccountState =
  | { is: 'starting' }
  | { is: 'open' }
  | { is: 'signed-in'; me: Me }
  | { is: 'signed-out'; why: 'first' | 'ended' | 'left' }

/** A token is renewed so long before its end: a hidden page's timers may be a minute late. */
const LEAD_MS = 60_000

/** A server tells its time in whole seconds, so that two such times may be this much nearer than they seem. */
const MIN_LIFE_MS = 2_000

/** Whether a token is good for anything. */
export function isGood({ endsAt }: Me, now: number): boolean {
  return endsAt - now >= MIN_LIFE_MS
}

/** When to renew a token that was got at `now`: a short-lived one at half its life. */
export function renewalTime(endsAt: number, now: number): number {
  return endsAt - Math.min(LEAD_MS, Math.max(0, (endsAt - now) / 2))
}

/** The state that a refusal means; undefined if it means nothing, and asking again may help. */
export function stateOfRefusal(error: unknown, why: 'first' | 'ended'): AccountState | undefined {
  if (!(error instanceof Problem)) return undefined
  if (error.status === 404) return { is: 'open' }
  const refused = error.status === 401 || error.status === 403
  return refused ? { is: 'signed-out', why } : undefined
}
