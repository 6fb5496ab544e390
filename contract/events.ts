import type { PresenceEvent } from './presence.ts'
import type { Signal } from './signal.ts'

/**
 * Control events of the SSE stream. Stored messages are unnamed events with an id (`onmessage`); all other events are named. Each
 * payload is one line of JSON. Each event carries the id from which its reader resumes after it, but for the last two, which are
 * ephemeral: they have no place.
 */
export interface ControlEvents {
  /** First on every stream. A stream over several logs gets one for each: of a log that is away, later. */
  ready: {
    /** The position that these channels start after. */
    position: number
    /** Whether the stream delivers everything after the id that it was asked for; true if it was asked for none. */
    complete: boolean
    /**
     * The channels that begin, all of one log, and the position of the last message of each; 0 if it has none. `low`: its messages
     * at or below have been removed, and maybe more since; without it none had been.
     */
    channels: Record<string, { head: number; low?: number }>
  }
  /** Messages of `channel` with `after < position < before` cannot be delivered; `reason` says why. */
  gap: { channel: string; after: number; before: number; reason: GapReason }
  /**
   * The id that was asked for is not an id of this log: drop all messages shown, and load history again. `channels`: only on a
   * stream over several logs, the channels of this log; all others go on.
   */
  reset: { reason: ResetReason; channels?: string[] }
  /** Everything up to its id has been sent. A stream over several logs has no single position. */
  heartbeat: { position?: number }
  /** The server ends this stream; reconnect with its id. It has none if the stream never began, and was asked for without one. */
  goodbye: { reason: GoodbyeReason }
  /** Only for channels that the stream asks for by `presence`. */
  presence: PresenceEvent
  /** Only for channels that the stream asks for by `signals`. */
  signal: Signal
}

export type ControlEvent = keyof ControlEvents
/** Events that have no place in the log. A gateway writes them only to readers that have taken everything. */
export type EphemeralEvent = 'presence' | 'signal'
export type GapReason = 'retention' | 'lost'
export type ResetReason = 'other-epoch' | 'ahead-of-log'
/**
 * `expired`: the token has; come back with a new one. `revoked`: the token, its session or its principal is not accepted any
 * more. `forbidden`: the grants changed, and one of the stream's channels may not be read any more. `moved`: this gateway has more
 * streams than the others; the reader comes back to whichever the edge chooses.
 */
export type GoodbyeReason =
  'shutdown' | 'max-age' | 'moved' | 'unavailable' | 'reset' | 'expired' | 'revoked' | 'forbidden'
