/**
 * Control events of the SSE stream. Stored messages are unnamed events with an id (`onmessage`); all other events are named. Each
 * payload is one line of JSON. Each event carries the id from which its reader resumes after it.
 */
export interface ControlEvents {
  /** First on every stream. */
  ready: {
    /** The position that this stream starts after. */
    position: number
    /** Whether the stream delivers everything after the id that it was asked for; true if it was asked for none. */
    complete: boolean
    /**
     * The position of each channel's last message; 0 if it has none. `low`: its messages at or below have been removed, and maybe
     * more since; without it none had been.
     */
    channels: Record<string, { head: number; low?: number }>
  }
  /** Messages of `channel` with `after < position < before` cannot be delivered; `reason` says why. */
  gap: { channel: string; after: number; before: number; reason: GapReason }
  /** The id that was asked for is not an id of this log: drop all messages shown, and load history again. */
  reset: { reason: ResetReason }
  /** Everything up to its id has been sent. */
  heartbeat: { position: number }
  /** The server ends this stream; reconnect with its id. It has none if the stream never began, and was asked for without one. */
  goodbye: { reason: GoodbyeReason }
}

export type ControlEvent = keyof ControlEvents
export type GapReason = 'retention' | 'lost'
export type ResetReason = 'other-epoch' | 'ahead-of-log'
/**
 * `expired`: the token has; come back with a new one. `revoked`: the token, its session or its principal is not accepted any
 * more. `forbidden`: the grants changed, and one of the stream's channels may not be read any more.
 */
export type GoodbyeReason =
  'shutdown' | 'max-age' | 'unavailable' | 'reset' | 'expired' | 'revoked' | 'forbidden'
