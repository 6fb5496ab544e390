import type { Channel } from '../hub/channel.ts'
import type { Question } from '../hub/hub.ts'
import type { Item } from '../hub/replayBuffer.ts'

/** What the follower asks for. The answers come back through the methods named. */
export interface FollowerPorts<I extends Item> {
  /** Subscribe on Redis → the hub's `come`, once that is confirmed. Only asked for while a connection stands. */
  subscribe: (channels: Channel<I>[]) => void
  unsubscribe: (channels: Channel<I>[]) => void
  /** Ask the log → `answered`, or the hub's `unanswered`. */
  ask: (question: Question<I>) => void
  /** Read the log after a position on all channels, up to a head that is looked at now → `scanned` or `scanFailed`. */
  scan: (scan: Scan) => void
  /** Drop the subscription and make it again → `down`, `up`. */
  reconnect: () => void
}

/** One read of the log. Its answer counts only while it is the one that is waited for. */
export interface Scan {
  after: number
  channels: readonly string[]
  /** It will look at a head that is late enough to go live from. */
  counts: boolean
}

/** All items of the scan's channels above its position and up to `upTo`; `isComplete` if that was the log's head. */
export interface Scanned<I> {
  epoch: string
  items: readonly I[]
  upTo: number
  isComplete: boolean
}

export interface FollowerOptions<I> {
  /** Beacons come about once a second; after this much silence the subscription is dead. */
  beaconMs: number
  /** How long a channel stays subscribed after its last stream has left; with more than `crowdedAt` channels, not at all. */
  lingerMs: number
  crowdedAt: number
  /** Most that is kept while catching up; beyond that it starts over. */
  maxBuffer: { items: number; bytes: number }
  sizeOf: (item: I) => number
}
