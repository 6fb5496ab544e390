import type { Cursor } from '../../contract/cursor.ts'
import type { ControlEvents, GoodbyeReason, ResetReason } from '../../contract/events.ts'
import type { Batch, Item } from './replayBuffer.ts'

/** Sends events to a stream. `at`: its reader resumes from there afterwards. No method may call back into the hub. */
export interface Sink<I extends Item> {
  ready: (event: ControlEvents['ready'], at: Cursor) => void
  send: (batch: Batch<I>) => void
  gap: (event: ControlEvents['gap'], at: Cursor) => void
  reset: (reason: ResetReason, at: Cursor) => void
  /** Ends the stream, which the hub has already forgotten. `at` is undefined if its reader must send its first request again. */
  end: (reason: GoodbyeReason, at: Cursor | undefined) => void
  /** Resolves when all that was sent has left, or never will: then the next page may be read. */
  drained: () => Promise<void>
  /** Others write to the same reader, and what they have sent must leave first: so it is if the stream is over several logs. */
  readonly mustWait?: boolean
}
