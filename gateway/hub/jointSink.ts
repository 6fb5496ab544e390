import type { ControlEvents, GoodbyeReason, ResetReason } from '../../contract/events.ts'
import type { Batch, Item } from './replayBuffer.ts'

/** Sends events to a stream over several logs: like Sink, but `at` is an id with a place in each of them. */
export interface JointSink<I extends Item> {
  /** Once for each log. */
  ready: (event: ControlEvents['ready'], at: string) => void
  /** `idOf`: the stream's own id for the message at a position. */
  sendAs: (batch: Batch<I>, idOf: (position: number) => string) => void
  gap: (event: ControlEvents['gap'], at: string) => void
  /** Only these channels' log is another one. */
  reset: (reason: ResetReason, at: string, channels: string[]) => void
  end: (reason: GoodbyeReason, at: string | undefined) => void
  drained: () => Promise<void>
  /** What was sent has not left: the next page of any log must wait. */
  readonly isFull: boolean
}
