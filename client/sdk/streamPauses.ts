import { type Backoff, backoffDelay } from './backoff.ts'
import type { Reason } from './connection.ts'
import type { ControlEvents } from '../../contract/events.ts'
import { isFinal, retryAfterMs } from './retry.ts'
import { beginPlaces } from './streamPlaces.ts'
import type { Effect, InputOf, Moment, Step, StreamState } from './streamState.ts'

/** Longer than two heartbeats: the connection is dead, although nothing closed it. */
export const SILENCE_MS = 45_000

/** A gateway says `ready` within 5 s, or ends the stream. So who says nothing for longer is a proxy that holds the stream back. */
export const READY_MS = 10_000

/** How long polls go on before a stream is tried again: a proxy stays as it is, but a laptop moves on to another one. */
export const POLLS_MS = 1_800_000

/** The first retry comes quickly, because most breaks are one restarted process; a person will wait 30 s. */
const BACKOFF: Backoff = { first: 1_000, max: 30_000 }

/** The most that a stream's `retry:` counts. nginx asks for 30 s if an address has too many streams. */
const MAX_RETRY_MS = 120_000

/** A new token takes a moment. After this a source is tried without the news of one. */
const RENEWAL_MS = 5_000

/** A source that ends sooner than this is not replaced at once, or a server that takes it and ends it would be asked all the time. */
const SHORT_MS = 1_000

/** The source has begun on the channels that `ready` names. */
export function begin(state: StreamState, ready: ControlEvents['ready']): StreamState {
  const begun = { phase: 'live', wasLive: true, renewing: false, failures: 0 } as const
  const places = beginPlaces(state.places, ready, !state.wasLive)
  return { ...state, ...begun, places, reason: undefined, problem: undefined }
}

export function leave(state: StreamState, input: InputOf<'goodbye'>): Step {
  const { at, reason } = input
  if (reason === 'expired') {
    const retryAt = at + RENEWAL_MS
    const waiting = { ...state, phase: 'waiting', reason, retryAt, renewing: true } as const
    return [waiting, [{ do: 'close' }, { do: 'renew', refused: false }]]
  }
  if (reason === 'revoked' || reason === 'forbidden') {
    // The next source is refused, and its refusal says more.
    const isShort = at - state.openedAt < SHORT_MS
    return isShort ? wait(state, input, reason) : reopen({ ...state, reason }, at)
  }
  const [left, effects] = wait(state, input, reason)
  // An end for age or for another server is no news for people.
  return [{ ...left, renewing: reason === 'max-age' || reason === 'moved' }, effects]
}

export function end(state: StreamState, input: InputOf<'ended'>): Step {
  const { problem } = input
  if (problem?.type === 'unauthenticated') {
    const [waiting, effects] = wait({ ...state, problem }, input, input.reason)
    return [waiting, [...effects, { do: 'renew', refused: true }]]
  }
  if (problem !== undefined && isFinal(problem)) {
    return [{ ...state, phase: 'refused', problem }, [{ do: 'close' }]]
  }
  return wait(state, input, input.reason, problem === undefined ? 0 : retryAfterMs(problem))
}

export function renewal(state: StreamState, { at, good }: InputOf<'renewed'>): Step {
  if (state.phase !== 'waiting') return [state, []]
  if (good) {
    // If a new token was refused too, the wait goes on: another one would be refused as quickly.
    return state.failures <= 1 ? reopen(state, at) : [state, []]
  }
  return state.problem === undefined
    ? reopen({ ...state, renewing: false }, at)
    : [{ ...state, phase: 'refused' }, []]
}

export function tick(state: StreamState, at: number): Step {
  const { phase, by, openedAt, heardAt, retryAt = at } = state
  if (phase === 'waiting') return at >= retryAt ? reopen(state, at) : [state, []]
  if (phase === 'opening' && by === 'stream' && at - openedAt >= READY_MS) {
    return reopen({ ...state, by: 'polls' }, at)
  }
  if (phase === 'live' && by === 'polls' && at - openedAt >= POLLS_MS) {
    return reopen({ ...state, by: 'stream', renewing: true }, at)
  }
  return at - heardAt >= SILENCE_MS
    ? reopen({ ...state, renewing: false, reason: 'silence' }, at)
    : [state, []]
}

export function reopen(state: StreamState, at: number): Step {
  const { since, by } = state
  const opening = { phase: 'opening', openedAt: at, heardAt: at, retryAt: undefined } as const
  return [{ ...state, ...opening }, [{ do: 'close' }, { do: 'open', by, since }]]
}

export function wait(
  state: StreamState,
  { at, random }: Moment,
  reason: Reason,
  leastMs = 0,
): Step {
  const backoff = backoffDelay(state.failures, random, BACKOFF)
  const asked = Math.min(state.retryMs ?? 0, MAX_RETRY_MS)
  // The server spreads its readers itself, so its wait stands in for the first one.
  const delay = state.retryMs === undefined || state.failures > 0 ? Math.max(backoff, asked) : asked
  const waiting: Partial<StreamState> = {
    phase: 'waiting',
    // Polls that never began show that not a proxy is to blame.
    by: state.phase === 'live' ? state.by : 'stream',
    renewing: false,
    failures: state.failures + 1,
    retryAt: at + Math.max(delay, leastMs),
    reason,
  }
  const effects: Effect[] = [{ do: 'close' }]
  return [{ ...state, ...waiting }, effects]
}
