/**
 * Control events of the SSE stream. Stored messages are unnamed events with an id (`onmessage`); everything else is named.
 * The payload of each is one line of JSON.
 */
export interface ControlEvents {
  /** First on every stream. Its id is a sound place to resume from. */
  ready: {
    /** The position that this stream starts after. */
    position: number
    /** Whether everything after the id that was asked for is being delivered; true where none was asked for. */
    complete: boolean
    /** The position of each channel's last message; 0 where there is none. */
    channels: Record<string, { head: number }>
  }
  /** Messages of `channel` with `after < position < before` cannot be had, and why. */
  gap: { channel: string; after: number; before: number; reason: GapReason }
  /** The id that was asked for is not of this log: drop what is shown and load history again. */
  reset: { reason: ResetReason }
  /** Everything up to its id has been sent. */
  heartbeat: { position: number }
  /** The server ends this stream on purpose; come back with the last id. */
  goodbye: { reason: GoodbyeReason }
}

export type ControlEvent = keyof ControlEvents
export type GapReason = 'retention' | 'lost'
export type ResetReason = 'other-epoch' | 'ahead-of-log'
export type GoodbyeReason = 'shutdown' | 'max-age' | 'unavailable' | 'reset'
