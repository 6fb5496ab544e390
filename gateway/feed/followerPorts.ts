import type { Place } from '../../contract/place.ts'
import type { Channel } from '../hub/channel.ts'
import type { Item } from '../hub/replayBuffer.ts'
import type { Question } from '../hub/source.ts'

/** What the follower asks for; the answers come back through the methods named. */
export interface FollowerPorts<I extends Item> {
  /** Subscribe on Redis → the hub's `come`, once that is confirmed. Only while a connection stands. */
  subscribe: (channels: Channel<I>[]) => void
  unsubscribe: (channels: Channel<I>[]) => void
  /** Ask the log → `answered`, or the hub's `unanswered`. */
  ask: (question: Question<I>) => void
  /** Read the log after a position on all channels, up to a head looked at now → `scanned` or `scanFailed`. */
  scan: (scan: Scan) => void
  /** Look at the log's head → `looked`, or nothing if there is no answer. */
  look: () => void
  /** Drop the subscription and make a new one → `down`, `connected`, `up`. */
  reconnect: () => void
}

/** One read of the log. Its answer counts only while it is awaited; `counts`: its head is late enough to go live from. */
export type Scan = { after: number; channels: readonly string[]; counts: boolean }

/** All items of a scan's channels above its position and up to `upTo`; `isComplete` if that was the log's head. */
export type Scanned<I> = { epoch: string; items: readonly I[]; upTo: Place; isComplete: boolean }
