import type { Place } from '../../contract/place.ts'
import type { Channel } from './channel.ts'
import type { Item } from './replayBuffer.ts'
import type { Subscription } from './subscription.ts'

/** The log's head, the heads of some channels (0: no messages) and the low watermarks that are not 0, all at one moment. */
export interface Heads extends Place {
  epoch: string
  channels: ReadonlyMap<string, number>
  lows: ReadonlyMap<string, number>
}

/** A question to the log for its head and the heads of some channels. An answer counts only for what its own question names. */
export interface Question<I extends Item> {
  readonly channels: readonly Channel<I>[]
  readonly subscriptions: readonly Subscription<I>[]
}

/** How the hub gets what it needs; the answers come back through the methods named. */
export interface Source<I extends Item> {
  /** These channels have their first subscription: make their messages come → `come`. */
  want: (channels: Channel<I>[]) => void
  /** There is a question: take it with `nextQuestion` at the end of this turn → `answered` or `unanswered`. */
  askSoon: () => void
  /** Something was accepted, this first: call `fanout.flush` at the end of this turn. */
  flushSoon: (first: I) => void
  idOf: (item: I) => string
  /** Wait until the stream has taken all that it was sent → `replay`, with nothing. */
  pause: (subscription: Subscription<I>) => void
  /** Read the messages between the subscription's cursor and `upTo` → `replay` or `readFailed`. */
  read: (subscription: Subscription<I>, upTo: number) => void
}
