import { type Backoff, backoffDelay } from './sdk/backoff.ts'
import type { ControlEvents, GoodbyeReason } from '../contract/events.ts'
import { parseEventId } from '../contract/eventId.ts'
import type { Message } from '../contract/message.ts'
import { PROBLEMS, type Problem } from '../contract/problem.ts'

/**
 * The client's side of a stream, as a pure state machine: the code in the page is the code under test.
 *
 * OPENING  a source is open, or the browser is opening it (again); `ready` -> LIVE.
 * LIVE     messages flow. `dropped` or `goodbye` -> OPENING: the browser reconnects with the last id, after the wait that the
 *          server asked for. Silence past the heartbeats, or missing messages -> the source is replaced. A `goodbye` about the
 *          token or the grants -> WAITING: the browser would come back with the token that it has.
 * WAITING  the browser gave up, as it does after any answer but 200; at `retryAt`, or when the token is renewed, a new source is
 *          opened with `since`.
 * REFUSED  the server said that asking again is useless. Final.
 * CLOSED   by the reader, or by a `reset`: the reader loads the history of the other log and opens a new stream. Final.
 */
type Phase = 'opening' | 'live' | 'waiting' | 'refused' | 'closed'

export interface StreamState {
  readonly phase: Phase
  /** A new source resumes after this. */
  readonly since: string
  /** Everything up to here was delivered; undefined until the server says where a stream without a position begins. */
  readonly position: number | undefined
  /** Up to here only the last few messages of each channel were requested (`-N`), so nothing is missing between them. */
  readonly partialUpTo: number
  /** By channel: up to this position the server itself declared messages lost. */
  readonly lost: Readonly<Record<string, number>>
  /** Messages after this position were found missing. The second time they are reported as lost, not requested again. */
  readonly missingAfter: number | undefined
  readonly failures: number
  readonly heardAt: number
  readonly retryAt: number | undefined
  readonly online: boolean
  readonly wasLive: boolean
  /** The token of the last source ended, and the next source is on its way with a new one: for people it is still live. */
  readonly renewing: boolean
  readonly problem: Problem | undefined
}

/** `at` is in milliseconds of any steady clock; `random` is 0..1; `id` is the source's last event id, or ''. */
export type Input =
  | { is: 'message'; at: number; id: string; message: Message; random: number }
  | { is: 'ready'; at: number; id: string; ready: ControlEvents['ready'] }
  | { is: 'heartbeat'; at: number; id: string; heartbeat: ControlEvents['heartbeat'] }
  | { is: 'gap'; at: number; gap: ControlEvents['gap'] }
  | { is: 'reset'; reset: ControlEvents['reset'] }
  | { is: 'goodbye'; at: number; random: number; reason: GoodbyeReason }
  | { is: 'dropped' | 'tick' | 'online' | 'offline'; at: number }
  | { is: 'ended'; at: number; random: number }
  | { is: 'answered'; problem: Problem | undefined }
  | { is: 'renewed'; at: number }
  | { is: 'close' }

export type Effect =
  | { do: 'open'; since: string }
  | { do: 'close' }
  /** Ask the server why it refused: the browser does not say. */
  | { do: 'ask' }
  /** See that the token is good; then comes `renewed`. */
  | { do: 'renew' }
  | { do: 'deliver'; message: Message }
  | { do: 'gap'; gap: ControlEvents['gap'] }
  | { do: 'reset'; reset: ControlEvents['reset'] }

export type Step = [StreamState, Effect[]]

/** Longer than two heartbeats: the connection is dead, although nothing closed it. */
export const SILENCE_MS = 45_000

/** The first retry comes quickly, because most breaks are one restarted process; a person will wait 30 s. */
const BACKOFF: Backoff = { first: 1_000, max: 30_000 }

/** A new token takes a moment. After this a source is tried without the news of one. */
const RENEWAL_MS = 5_000

/** `since`: an event id, a position, a time or `-N`, as `GET /events` takes it. */
export function start(since: string, at: number): Step {
  const state: StreamState = {
    phase: 'opening',
    since,
    position: /^\d+$/.test(since) ? Number(since) : parseEventId(since)?.position,
    partialUpTo: 0,
    lost: {},
    missingAfter: undefined,
    failures: 0,
    heardAt: at,
    retryAt: undefined,
    online: true,
    wasLive: false,
    renewing: false,
    problem: undefined,
  }
  return [state, [{ do: 'open', since }]]
}

export function advance(state: StreamState, input: Input): Step {
  if (state.phase === 'closed' || state.phase === 'refused') return [state, []]
  switch (input.is) {
    case 'ready':
      return [begin(heard(state, input), state.since, input.ready.position), []]
    case 'message':
      return receive(state, input)
    case 'heartbeat': {
      const position = Math.max(state.position ?? 0, input.heartbeat.position)
      return [{ ...heard(state, input), position }, []]
    }
    case 'gap': {
      const { channel, before } = input.gap
      const lost = { ...state.lost, [channel]: before - 1 }
      return [{ ...state, heardAt: input.at, online: true, lost }, [{ do: 'gap', gap: input.gap }]]
    }
    case 'reset':
      return [{ ...state, phase: 'closed' }, [{ do: 'close' }, { do: 'reset', reset: input.reset }]]
    case 'goodbye':
      return leave(state, input)
    case 'dropped':
      return [{ ...state, phase: 'opening', renewing: false, heardAt: input.at }, []]
    case 'ended':
      return wait(state, input, [{ do: 'close' }, { do: 'ask' }])
    case 'answered': {
      const { problem } = input
      const final = problem !== undefined && isFinal(problem) && state.phase === 'waiting'
      return [final ? { ...state, phase: 'refused', problem } : state, []]
    }
    case 'renewed':
      // If a new token was refused too, the wait goes on: another one would be refused as quickly.
      return state.phase === 'waiting' && state.failures <= 1
        ? reopen(state, input.at)
        : [state, []]
    case 'tick':
      return tick(state, input.at)
    case 'offline':
      return [{ ...state, online: false }, []]
    case 'online':
      // The old connection belongs to a network that is gone; it would stay silent until SILENCE_MS is over.
      return state.online ? [state, []] : reopen({ ...state, online: true }, input.at)
    case 'close':
      return [{ ...state, phase: 'closed' }, [{ do: 'close' }]]
  }
}

function begin(state: StreamState, asked: string, at: number): StreamState {
  const live = { ...state, phase: 'live', wasLive: true, renewing: false, failures: 0 } as const
  if (state.position !== undefined) return live
  return asked.startsWith('-') ? { ...live, partialUpTo: at } : { ...live, position: at }
}

function leave(state: StreamState, input: Input & { is: 'goodbye' }): Step {
  const { at, reason } = input
  if (reason === 'revoked' || reason === 'forbidden') {
    return wait({ ...state, heardAt: at }, input, [{ do: 'close' }, { do: 'ask' }])
  }
  if (reason === 'expired') {
    const waiting = {
      ...state,
      phase: 'waiting',
      retryAt: at + RENEWAL_MS,
      renewing: true,
    } as const
    return [waiting, [{ do: 'close' }, { do: 'renew' }]]
  }
  return [{ ...state, phase: 'opening', heardAt: at }, []]
}

/** Whether asking again is useless. */
export function isFinal({ type, status }: Problem): boolean {
  return status < 500 && !PROBLEMS[type].retry
}

function receive(state: StreamState, input: Input & { is: 'message' }): Step {
  const { message } = input
  if (message.position <= (state.position ?? 0)) return [heard(state, { ...input, id: '' }), []]
  const known = Math.max(state.position ?? 0, state.partialUpTo, state.lost[message.channel] ?? 0)
  const missing = message.previous > known
  // `since` still names the last delivered message: a new source gets what this one left out.
  if (missing && state.missingAfter !== known) {
    return wait({ ...state, missingAfter: known }, input, [{ do: 'close' }])
  }
  const { channel, position } = message
  const gap = { channel, after: known, before: position, reason: 'lost' } as const
  return [
    { ...heard(state, input), position, missingAfter: undefined },
    [...(missing ? [{ do: 'gap', gap } as const] : []), { do: 'deliver', message }],
  ]
}

function tick(state: StreamState, at: number): Step {
  const due = state.phase === 'waiting' && at >= (state.retryAt ?? at)
  const silent = state.phase !== 'waiting' && at - state.heardAt >= SILENCE_MS
  return due || silent ? reopen({ ...state, renewing: false }, at) : [state, []]
}

function heard(state: StreamState, { at, id }: { at: number; id: string }): StreamState {
  return { ...state, heardAt: at, online: true, since: id === '' ? state.since : id }
}

function reopen(state: StreamState, at: number): Step {
  const { since } = state
  return [
    { ...state, phase: 'opening', heardAt: at, retryAt: undefined },
    [{ do: 'close' }, { do: 'open', since }],
  ]
}

function wait(
  state: StreamState,
  { at, random }: { at: number; random: number },
  effects: Effect[],
): Step {
  const retryAt = at + backoffDelay(state.failures, random, BACKOFF)
  const failures = state.failures + 1
  return [{ ...state, phase: 'waiting', renewing: false, failures, retryAt }, effects]
}
