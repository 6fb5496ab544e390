import type { Batch, Item } from './replayBuffer.ts'

/** The start of a stream. */
export interface Start<I extends Item> {
  /** The epoch of the id in the request, if there was one. */
  epoch?: string | undefined
  /** Everything after this position; undefined for new messages only. */
  after?: number | undefined
  /** Items up to `after` that go first: the last few of each channel. */
  prelude?: Batch<I> | undefined
  /** The request has an id, which names other logs only: what follows it here is unknown, and `ready` says so. */
  isUnnamed?: boolean | undefined
}

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
