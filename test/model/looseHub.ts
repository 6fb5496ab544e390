import { Hub } from '../../gateway/hub/hub.ts'
import type { Item, ReplayBuffer } from '../../gateway/hub/replayBuffer.ts'
import type { Heads, Question, Source } from '../../gateway/hub/source.ts'
import type { Subscription } from '../../gateway/hub/subscription.ts'
import type { Ablations } from './world.ts'

/** The production hub, with two of its checks on an answer of the log that can be switched off. */
export class LooseHub<I extends Item> extends Hub<I> {
  readonly #ablations: Ablations
  readonly #asking = new Set<Subscription<I>>()

  constructor(source: Source<I>, buffer: ReplayBuffer<I>, ablations: Ablations) {
    super(source, buffer)
    this.#ablations = ablations
  }

  override askHead(subscription: Subscription<I>): void {
    this.#asking.add(subscription)
    super.askHead(subscription)
  }

  override answered(question: Question<I>, heads: Heads): void {
    const { ownHead, ownChannel } = this.#ablations
    // Every answer counts for all readers that have asked, even if the question was older.
    if (ownHead === false) Object.assign(question, { subscriptions: [...this.#asking] })
    // An answer counts for the channel that has the name now.
    if (ownChannel === false) {
      const channels = question.channels.map(({ name }) => this.channels.get(name))
      Object.assign(question, { channels: channels.filter((channel) => channel !== undefined) })
    }
    super.answered(question, heads)
  }
}
