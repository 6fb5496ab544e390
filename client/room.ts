import type { Api } from './api.ts'
import type { Connection } from './connection.ts'
import { Conversation } from './conversation.ts'
import { JoinedChannel } from './joinedChannel.ts'
import { Outbox } from './outbox.ts'
import { randomId } from './randomId.ts'
import { errorWords } from './words.ts'
import type { Message } from '../contract/message.ts'

export interface RoomHandlers {
  connection: (connection: Connection) => void
  /** Something that is shown has changed. */
  change: () => void
  /** A message arrived live, of whomever. */
  arrived: (message: Message) => void
}

/** Why older messages are not there, in words, or whether they are on their way. */
export type Older = 'idle' | 'loading' | { failure: string }

const PAGE = 50

/** What a browser shows without effort; older messages are loaded again on scrolling up. */
const MOST_FOLLOWING = 1_000

/** Bounds the page of a reader who stays up in history while others go on. */
const MOST = 10_000

/** Messages that may wait for their answer at once. */
const MOST_SENDING = 50

/** A channel that this page is in: what is shown, what is being sent, and what is asked for. */
export class Room {
  readonly channel: string
  readonly conversation: Conversation
  readonly #handlers: RoomHandlers
  readonly #joined: JoinedChannel
  readonly #outbox: Outbox
  #entered = false
  #older: Older = 'idle'

  constructor(api: Api, base: string, channel: string, me: string, handlers: RoomHandlers) {
    this.channel = channel
    this.conversation = new Conversation(me)
    this.#handlers = handlers
    this.#outbox = new Outbox(api, channel, {
      sent: (key, message) => this.#changed(() => this.conversation.settle(key, message)),
      failed: (key, error) => this.#changed(() => this.conversation.fail(key, errorWords(error))),
    })
    const options = { base, channel, limit: PAGE }
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

  /** Whether history was loaded. */
  get entered(): boolean {
    return this.#entered
  }

  get older(): Older {
    return this.#older
  }

  /** False where too much is waiting already. */
  send(text: string): boolean {
    if (this.conversation.sending >= MOST_SENDING) return false
    const key = randomId()
    this.#changed(() => this.conversation.send(key, text))
    this.#outbox.put(key, text)
    return true
  }

  retry(key: string): void {
    const pending = this.conversation.pending.find((each) => each.key === key)
    if (pending === undefined) return
    this.#changed(() => this.conversation.retry(key))
    this.#outbox.put(key, pending.text)
  }

  discard(key: string): void {
    this.#changed(() => this.conversation.discard(key))
  }

  async loadOlder(): Promise<void> {
    const oldest = this.conversation.messages[0]
    const full = this.conversation.messages.length >= MOST
    if (this.#older === 'loading' || this.conversation.complete || full || !oldest) return
    this.#changed(() => (this.#older = 'loading'))
    try {
      const page = await this.#joined.older(oldest.position)
      // The log may have been replaced while this page was on its way.
      if (this.conversation.messages[0] === oldest) {
        this.conversation.extend(page.messages, page.next === null)
      }
      this.#changed(() => (this.#older = 'idle'))
    } catch (error) {
      this.#changed(() => (this.#older = { failure: errorWords(error) }))
    }
  }

  trim(following: boolean): void {
    this.conversation.trim(following ? MOST_FOLLOWING : MOST)
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

  #changed(change: () => void): void {
    change()
    this.#handlers.change()
  }
}
