import type { Api } from './api.ts'
import type { Renew } from './channelStream.ts'
import type { Connection } from './connection.ts'
import { Conversation } from './conversation.ts'
import { JoinedChannel } from './joinedChannel.ts'
import { Outbox } from './outbox.ts'
import { randomId } from './sdk/randomId.ts'
import { errorText, postErrorText } from './labels.ts'
import type { Unsent } from './unsent.ts'
import type { Message } from '../contract/message.ts'
import { Problem } from '../contract/problem.ts'

interface RoomHandlers {
  connection: (connection: Connection) => void
  /** Something visible has changed. */
  change: () => void
  /** A live message arrived, from anyone. */
  arrived: (message: Message) => void
}

interface RoomOptions {
  api: Pick<Api, 'post' | 'history'>
  /** The address of Causeway, e.g. `document.baseURI`. */
  base: string
  channel: string
  /** The sender id of this page. */
  me: string
  unsent: Unsent
  renew?: Renew
}

/** The state of loading older messages; `failure` is a text for people. */
type Older = 'idle' | 'loading' | { failure: string }

const PAGE_SIZE = 50

/** A browser shows so many with ease; older ones are loaded again on scrolling up. */
const MAX_MESSAGES_FOLLOWING = 1_000

/** Bounds the page of a reader who stays far up in history while new messages arrive. */
const MAX_MESSAGES = 10_000

/** Messages that may await their answer at once. */
const MAX_SENDING = 50

/** The open channel: its conversation, its outbox and its stream. */
export class Room {
  readonly channel: string
  readonly conversation: Conversation
  readonly #handlers: RoomHandlers
  readonly #unsent: Unsent
  readonly #joined: JoinedChannel
  readonly #outbox: Outbox
  #entered = false
  #older: Older = 'idle'

  constructor({ api, base, channel, me, unsent, renew }: RoomOptions, handlers: RoomHandlers) {
    this.channel = channel
    this.conversation = new Conversation(me)
    this.#handlers = handlers
    this.#unsent = unsent
    this.#outbox = new Outbox(api, channel, {
      sent: (key, message) => {
        unsent.remove(key)
        this.#changed(() => this.conversation.settle(key, message))
      },
      failed: (key, error) => this.#failed(key, error),
    })
    for (const { key, text, failure } of unsent.messages(channel)) {
      this.conversation.send(key, text)
      if (failure === undefined) this.#outbox.put(key, text)
      else this.conversation.fail(key, failure)
    }
    const options = { base, channel, limit: PAGE_SIZE, ...(renew && { renew }) }
    this.#joined = new JoinedChannel(api, options, {
      history: (page) =>
        this.#changed(() => {
          this.#entered = true
          this.conversation.replace(page.messages, page.next === null)
        }),
      message: (message) => {
        if (!this.conversation.receive(message)) return
        handlers.change()
        handlers.arrived(message)
      },
      gap: (gap) => this.#changed(() => this.conversation.miss(gap)),
      connection: (connection) => handlers.connection(connection),
    })
  }

  /** Whether history is loaded. */
  get entered(): boolean {
    return this.#entered
  }

  get older(): Older {
    return this.#older
  }

  /** False if too many messages await their answer. */
  send(text: string): boolean {
    if (this.conversation.sending >= MAX_SENDING) return false
    const key = randomId()
    this.#unsent.add({ channel: this.channel, key, text })
    this.#changed(() => this.conversation.send(key, text))
    this.#outbox.put(key, text)
    return true
  }

  retry(key: string): void {
    const pending = this.conversation.pending.find((each) => each.key === key)
    if (pending === undefined) return
    this.#unsent.settle(key, undefined)
    this.#changed(() => this.conversation.retry(key))
    this.#outbox.put(key, pending.text)
  }

  discard(key: string): void {
    this.#unsent.remove(key)
    this.#changed(() => this.conversation.discard(key))
  }

  async loadOlder(): Promise<void> {
    const oldest = this.conversation.messages[0]
    const full = this.conversation.messages.length >= MAX_MESSAGES
    if (this.#older === 'loading' || this.conversation.complete || full || !oldest) return
    this.#changed(() => (this.#older = 'loading'))
    try {
      const page = await this.#joined.older(oldest.position)
      // The log may have been replaced while this page was being loaded.
      if (this.conversation.messages[0] === oldest) {
        this.conversation.extend(page.messages, page.next === null)
      }
      this.#changed(() => (this.#older = 'idle'))
    } catch (error) {
      this.#changed(() => (this.#older = { failure: errorText(error) }))
    }
  }

  trim(following: boolean): void {
    this.conversation.trim(following ? MAX_MESSAGES_FOLLOWING : MAX_MESSAGES)
  }

  check(): void {
    this.#joined.check()
  }

  network(state: 'online' | 'offline'): void {
    this.#joined.network(state)
  }

  leave(): void {
    this.#joined.leave()
  }

  #failed(key: string, error: unknown): void {
    const failure = postErrorText(error)
    // One that was sent after the session had ended waits for the same sender's next.
    const waits = error instanceof Problem && error.type === 'unauthenticated'
    if (!waits) this.#unsent.settle(key, failure)
    this.#changed(() => this.conversation.fail(key, failure))
  }

  #changed(change: () => void): void {
    change()
    this.#handlers.change()
  }
}
