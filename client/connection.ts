import type { StreamState } from './streamState.ts'
import type { Problem } from '../contract/problem.ts'

/** The state of a stream as a person sees it. `retryAt` is in milliseconds, on the clock of the stream's inputs. */
export type Connection =
  | { is: 'connecting' }
  | { is: 'live' }
  | { is: 'reconnecting'; retryAt: number | undefined }
  | { is: 'offline' }
  | { is: 'refused'; problem: Problem }
  | { is: 'closed' }

export function connectionOf(state: StreamState): Connection {
  if (state.phase === 'closed') return { is: 'closed' }
  if (state.problem !== undefined) return { is: 'refused', problem: state.problem }
  if (!state.online) return { is: 'offline' }
  if (state.phase === 'live' || state.renewing) return { is: 'live' }
  const again = state.wasLive || state.failures > 0
  return again ? { is: 'reconnecting', retryAt: state.retryAt } : { is: 'connecting' }
}

export function sameConnection(a: Connection | undefined, b: Connection): boolean {
  if (a?.is === 'reconnecting' && b.is === 'reconnecting') return a.retryAt === b.retryAt
  return a?.is === b.is
}
