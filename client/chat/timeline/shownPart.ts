import type { ShownPage } from '../../sdk/history.ts'
import type { Received } from '../../sdk/timeline.ts'
import type { Conversation } from './conversation.ts'
import type { Around } from './pagesAround.ts'
import { Recent } from './recent.ts'
import { slicesOf } from './slices.ts'
import type { Message } from '../../../contract/message.ts'

/** A reader at the end sees few of them; older ones are loaded again on scrolling up. */
const MAX_FOLLOWING = 200

/** The shown part of a channel has at most so many messages, however long the channel is. */
const MAX_MESSAGES = 300

/** The part of a channel that is shown: pages of history, and what the stream brings if the end is shown. Nothing is missing in it. */
export class ShownPart {
  readonly #conversation: Conversation
  readonly #changed: () => void
  readonly #frame: () => Promise<void>
  #recent = new Recent(Infinity)

  /** `changed`: a part of a page is there to be drawn; `frame` resolves when that is done. */
  constructor(conversation: Conversation, changed: () => void, frame: () => Promise<void>) {
    this.#conversation = conversation
    this.#changed = changed
    this.#frame = frame
  }

  /** Begins with the newest page. The stream follows it, or the log was replaced and it follows from here. */
  begin(page: ShownPage): void {
    this.#recent = new Recent(page.head)
    this.showNewest(page)
  }

  showNewest(page: ShownPage): void {
    this.#conversation.replace(page.messages, page.next === null)
    this.#joinEnd([], page.head)
  }

  showAround({ older, newer }: Around): void {
    this.#conversation.replace(older.messages, older.next === null)
    this.#extendNewer(newer)
  }

  /** Adds the page from before the message `oldest`, unless another one is the oldest by now. */
  async addOlder(page: ShownPage, oldest: string): Promise<void> {
    const edge = () => this.#conversation.messages[0]?.id
    await this.#add(page, oldest, edge, (slice) => {
      this.#conversation.extend(slice.messages, slice.next === null)
      this.#conversation.trimEnd(MAX_MESSAGES)
    })
  }

  /** Adds the page from behind the message `newest`, unless another one is the newest by now. */
  async addNewer(page: ShownPage, newest: string): Promise<void> {
    const edge = () => this.#conversation.messages.at(-1)?.id
    await this.#add(page, newest, edge, (slice) => {
      this.#extendNewer(slice)
      this.#conversation.trim(MAX_MESSAGES)
    })
  }

  receive(message: Message): Received {
    this.#recent.add(message)
    return this.#conversation.receive(message)
  }

  trim(following: boolean): void {
    if (following) this.#conversation.trim(MAX_FOLLOWING)
    else this.#conversation.trimEnd(MAX_MESSAGES)
  }

  /** The edge moves with each slice. If something else moves it, the rest of the page does not fit any more. */
  async #add(
    page: ShownPage,
    from: string,
    edge: () => string | undefined,
    add: (slice: ShownPage) => void,
  ): Promise<void> {
    let expected: string | undefined = from
    for (const [at, slice] of slicesOf(page).entries()) {
      if (at > 0) {
        // In this order: what has changed is drawn in the frame, and then the next slice comes.
        this.#changed()
        await this.#frame()
      }
      if (edge() !== expected) return
      add(slice)
      expected = edge()
    }
  }

  #extendNewer({ messages, head, next }: ShownPage): void {
    if (next === null) this.#joinEnd(messages, head)
    else this.#conversation.extendNewer(messages, false)
  }

  /** The stream has brought what came behind the head, unless too much came meanwhile. */
  #joinEnd(messages: ShownPage['messages'], head: number): void {
    const later = this.#recent.after(head)
    this.#conversation.extendNewer(messages, later !== undefined)
    for (const message of later ?? []) this.#conversation.receive(message)
  }
}
