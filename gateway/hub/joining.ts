import type { Item } from './replayBuffer.ts'
import type { Start } from './subscription.ts'

/** What only a stream needs that is not live yet. */
export interface Joining<I extends Item> {
  /** Dropped once it has begun: its first items may take half a megabyte. */
  start: Start<I> | undefined
  /** A page is being read for it. */
  isReading: boolean
  /** The request had a position above all known ones: whether the log was asked if that exists, and has answered. */
  head: 'unknown' | 'asked' | 'answered'
  /** Where it began: it gets everything above. */
  after: number
  /** The last position on each channel that it got, or was told to be missing, if that is above its beginning. */
  lasts: Map<string, number>
}
