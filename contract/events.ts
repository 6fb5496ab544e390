/**
 * Control events of the SSE stream. Stored messages are unnamed events with an id (`onmessage`); everything else is named.
 * The payload of each is one line of JSON. Each carries the id that its reader resumes from once it has had the event.
 */
export interface ControlEvents {
  /** First on every stream. */
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
  /**
   * The server ends this stream on purpose; come back with its id. It has none if the stream never began and had not been asked
   * for with an id.
   */
  goodbye: { reason: GoodbyeReason }
}

export type ControlEvent = keyof ControlEvents
export type GapReason = 'retention' | 'lost'
export type ResetReason = 'other-epoch' | 'ahead-of-log'
export type GoodbyeReason = 'shutdown' | 'max-age' | 'unavailable' | 'reset'
