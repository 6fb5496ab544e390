import { Hub, type Heads, type Question, type Source } from '../../gateway/hub/hub.ts'
import type { Item, ReplayBuffer } from '../../gateway/hub/replayBuffer.ts'
import type { Subscription } from '../../gateway/hub/subscription.ts'
import type { Ablations } from './world.ts'

/** The hub that runs in production, unless one of its two checks on an answer of the log is switched off. */
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
    // Any answer counts for all who have asked, also one to a question that was asked before they did.
    if (ownHead === false) Object.assign(question, { subscriptions: [...this.#asking] })
    // An answer counts for whatever channel has the name now.
    if (ownChannel === false) {
      const channels = question.channels.map(({ name }) => this.channels.get(name))
      Object.assign(question, { channels: channels.filter((channel) => channel !== undefined) })
    }
    super.answered(question, heads)
  }
}
