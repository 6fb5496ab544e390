import type { Reason } from './connection.ts'
import type { ControlEvents, GoodbyeReason } from '../../contract/events.ts'
import type { Message } from '../../contract/message.ts'
import type { PresenceEvent } from '../../contract/presence.ts'
import type { Signal } from '../../contract/signal.ts'
import type { Problem } from '../../contract/problem.ts'
import { type StreamPlaces, startPlaces } from './streamPlaces.ts'

/**
 * The client's side of a stream, as a pure state machine.
 *
 * OPENING  a source is on its way: a stream, or polls if a stream is held back; `ready` -> LIVE.
 * LIVE     messages flow. The end of the source, a `goodbye` or missing messages -> WAITING. Silence past the heartbeats -> OPENING.
 * WAITING  for `retryAt` or a new token; then OPENING, after the last message.
 * REFUSED  the server said that asking again is useless. Final.
 * CLOSED   by the reader, or by a `reset`: the reader loads the history of the other log and opens a new stream. Final.
 */
type Phase = 'opening' | 'live' | 'waiting' | 'refused' | 'closed'

/** How messages come: by a stream, or by polls if streams are held back. */
export type SourceKind = 'stream' | 'polls'

export interface StreamState {
  readonly phase: Phase
  readonly by: SourceKind
  /** A new source resumes after this. */
  readonly since: string
  /** How far each channel is. */
  readonly places: StreamPlaces
  /** By channel: up to this position the server itself declared messages lost. */
  readonly lost: Readonly<Record<string, number>>
  /** Messages after this position were found missing. The second time they are reported as lost, not requested again. */
  readonly missingAfter: number | undefined
  readonly failures: number
  readonly openedAt: number
  readonly heardAt: number
  readonly retryAt: number | undefined
  /** The wait that the server asked for, in milliseconds. */
  readonly retryMs: number | undefined
  readonly online: boolean
  readonly wasLive: boolean
  /** The last source ended for a cause that is no news for people, and the next is on its way: for them it is still live. */
  readonly renewing: boolean
  /** Why there is no source, or why it is polls. */
  readonly reason: Reason | undefined
  readonly problem: Problem | undefined
}

/** What happens to a stream. `id` is the event's, or ''. */
export type News =
  | { is: 'message'; id: string; message: Message }
  | { is: 'ready'; id: string; ready: ControlEvents['ready'] }
  | { is: 'heartbeat'; id: string; heartbeat: ControlEvents['heartbeat'] }
  | { is: 'gap'; id: string; gap: ControlEvents['gap'] }
  | { is: 'reset'; reset: ControlEvents['reset'] }
  | { is: 'presence'; presence: PresenceEvent }
  | { is: 'signal'; signal: Signal }
  | { is: 'goodbye'; id: string; reason: GoodbyeReason }
  /** The server asks for this wait before the next source. */
  | { is: 'retry'; ms: number }
  /** The source has ended, or was refused. */
  | { is: 'ended'; reason: Reason; problem?: Problem }
  | { is: 'tick' | 'online' | 'offline' | 'retryNow' | 'close' }
  /** Whether there is a new token. */
  | { is: 'renewed'; good: boolean }

/** `at` is in milliseconds of a clock that never runs backwards; `random` is 0..1. */
export interface Moment {
  at: number
  random: number
}

export type Input = News & Moment
export type InputOf<I extends News['is']> = Extract<News, { is: I }> & Moment

export type Effect =
  | { do: 'open'; by: SourceKind; since: string }
  | { do: 'close' }
  /** See that the token is good; then comes `renewed`. */
  | { do: 'renew'; refused: boolean }
  | { do: 'deliver'; message: Message }
  | { do: 'presence'; presence: PresenceEvent }
  | { do: 'signal'; signal: Signal }
  | { do: 'gap'; gap: ControlEvents['gap'] }
  | { do: 'reset'; reset: ControlEvents['reset'] }

export type Step = [StreamState, Effect[]]

/** `since`: an event id, a position, a time or `-N`, as `GET /events` takes it; '' is now. */
export function start(since: string, at: number): Step {
  const state: StreamState = {
    phase: 'opening',
    by: 'stream',
    since,
    places: startPlaces(since),
    lost: {},
    missingAfter: undefined,
    failures: 0,
    openedAt: at,
    heardAt: at,
    retryAt: undefined,
    retryMs: undefined,
    online: true,
    wasLive: false,
    renewing: false,
    reason: undefined,
    problem: undefined,
  }
  return [state, [{ do: 'open', by: 'stream', since }]]
}
