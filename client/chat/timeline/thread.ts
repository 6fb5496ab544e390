import type { Causeway } from '../../sdk/causeway.ts'
import { type ShownMessage, historyPage, messageAt } from '../../sdk/history.ts'
import { Store } from '../store.ts'
import { Conversation, type Pending } from './conversation.ts'
import { errorText } from '../labels.ts'
import type { Loading } from './room.ts'
import type { Outbox } from '../../sdk/outbox.ts'
import type { Message } from '../../../contract/message.ts'

interface ThreadOptions {
  causeway: Causeway
  channel: string
  /** The position of the message that the thread is about. */
  root: number
  me: string
  outbox: Pick<Outbox, 'unsent'>
}

const PAGE_SIZE = 100

const MAX_REPLIES = 400

/** A message and the replies to it. */
export class Thread extends Store {
  readonly root: number
  readonly conversation: Conversation
  readonly #options: ThreadOptions
  readonly #left = new AbortController()
  #message: Conversation
  #state: Loading = 'loading'

  constructor(options: ThreadOptions) {
    super()
    const { root, me, channel, outbox } = options
    this.#options = options
    this.root = root
    this.conversation = new Conversation(me, () => outbox.unsent(channel))
    this.#message = new Conversation(me, () => outbox.unsent(channel))
    void this.load()
  }

  get state(): Loading {
    return this.#state
  }

  /** The message that the thread is about, once it is loaded. */
  get message(): ShownMessage | undefined {
    return this.#message.shown[0]
  }

  get pending(): readonly Pending[] {
    return this.conversation.pending.filter(({ replyTo }) => replyTo === this.root)
  }

  async load(): Promise<void> {
    const { causeway, channel, root } = this.#options
    const oldest = this.conversation.messages[0]?.position
    this.#become('loading')
    try {
      const query = { channel, about: root, before: oldest, limit: PAGE_SIZE }
      const [page, message] = await Promise.all([
        historyPage(causeway, query, this.#left.signal),
        messageAt(causeway, channel, root, this.#left.signal),
      ])
      this.#message.replace([message], true)
      this.conversation.extend(page.messages, page.next === null)
      this.#become('idle')
    } catch (error) {
      if (!this.#left.signal.aborted) this.#become({ failure: errorText(error) })
    }
  }

  /** Takes a live message of the channel. */
  receive(message: Message): void {
    const { about } = message
    if (about === undefined) return
    if (about.position === this.root) this.#message.receive(message)
    // A reply is shown; a change counts only for what is shown.
    if (about.as !== 'reply' || about.position === this.root) this.conversation.receive(message)
    this.conversation.trim(MAX_REPLIES)
    this.changed()
  }

  settle(key: string, message: Message): void {
    this.conversation.fail(key)
    this.receive(message)
  }

  /** What is being sent has changed. */
  draw(): void {
    this.changed()
  }

  close(): void {
    this.#left.abort()
  }

  #become(state: Loading): void {
    this.#state = state
    this.changed()
  }
}
