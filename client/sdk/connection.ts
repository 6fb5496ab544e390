import type { StreamState } from './streamState.ts'
import type { GoodbyeReason } from '../../contract/events.ts'
import type { Problem } from '../../contract/problem.ts'

/**
 * Why a stream is not as one wishes. Beside what a `goodbye` says: `broken`, the connection broke; `silence`, it is dead although
 * nothing closed it; `unreachable`, nobody answers; `no-stream`, the answer is none; `missing`, messages were left out;
 * `held-back`, a proxy holds streams back, so that messages come by polls.
 */
export type Reason =
  GoodbyeReason | 'broken' | 'silence' | 'unreachable' | 'no-stream' | 'missing' | 'held-back'

/** The state of a stream as a person sees it. `retryInMs`: the next attempt comes in so many milliseconds; without it, it is under way. */
export type Connection =
  | { is: 'connecting' }
  | { is: 'live'; reason?: 'held-back' | undefined }
  | { is: 'reconnecting'; reason?: Reason | undefined; retryInMs?: number }
  | { is: 'offline' }
  | { is: 'refused'; problem: Problem }
  | { is: 'closed' }

/** `now`: the time on the clock of the stream's inputs. */
export function connectionOf(state: StreamState, now: number): Connection {
  const { phase, problem, reason, retryAt } = state
  if (phase === 'closed') return { is: 'closed' }
  if (phase === 'refused' && problem !== undefined) return { is: 'refused', problem }
  if (!state.online) return { is: 'offline' }
  if (phase === 'live' || state.renewing) {
    return state.by === 'polls' ? { is: 'live', reason: 'held-back' } : { is: 'live' }
  }
  if (!state.wasLive && state.failures === 0) return { is: 'connecting' }
  return {
    is: 'reconnecting',
    reason,
    ...(retryAt !== undefined && { retryInMs: Math.max(0, retryAt - now) }),
  }
}

const REASON_TEXT: { [R in Reason]: string } = {
  shutdown: 'The server is restarting.',
  'max-age': 'The connection is renewed.',
  moved: 'The connection moves to another server.',
  unavailable: 'The service is busy or away.',
  reset: 'The messages are loaded again.',
  expired: 'The sign-in is renewed.',
  revoked: 'The sign-in has ended.',
  forbidden: 'The rights have changed.',
  broken: 'The connection broke.',
  silence: 'Nothing was heard for too long.',
  unreachable: 'The service does not answer.',
  'no-stream': 'Something else answers at this address.',
  missing: 'Messages were missing, and are loaded again.',
  'held-back': 'A proxy holds the connection back, so messages come by repeated questions.',
}

/** A reason in words, for people. */
export function reasonText(reason: Reason): string {
  return REASON_TEXT[reason]
}
