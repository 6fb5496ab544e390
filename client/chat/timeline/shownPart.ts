import type { ShownPage } from '../../sdk/history.ts'
import type { Received } from '../../sdk/timeline.ts'
import type { Conversation } from './conversation.ts'
import type { Around } from './pagesAround.ts'
import { Recent } from './recent.ts'
import type { Message } from '../../../contract/message.ts'

/** A reader at the end sees few of them; older ones are loaded again on scrolling up. */
const MAX_FOLLOWING = 200

/** The shown part of a channel has at most so many messages, however long the channel is. */
const MAX_MESSAGES = 400

/** The part of a channel that is shown: pages of history, and what the stream brings if the end is shown. Nothing is missing in it. */
export class ShownPart {
  readonly #conversation: Conversation
  #recent = new Recent(Infinity)

  constructor(conversation: Conversation) {
    this.#conversation = conversation
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

  addOlder(page: ShownPage): void {
    this.#conversation.extend(page.messages, page.next === null)
    this.#conversation.trimEnd(MAX_MESSAGES)
  }

  addNewer(page: ShownPage): void {
    this.#extendNewer(page)
    this.#conversation.trim(MAX_MESSAGES)
  }

  receive(message: Message): Received {
    this.#recent.add(message)
    return this.#conversation.receive(message)
  }

  trim(following: boolean): void {
    if (following) this.#conversation.trim(MAX_FOLLOWING)
    else this.#conversation.trimEnd(MAX_MESSAGES)
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
