import type { Causeway } from './sdk/causeway.ts'
import type { Connection } from './sdk/connection.ts'
import { messageAt } from './sdk/history.ts'
import { JoinedChannel, type OpenStream } from './sdk/joinedChannel.ts'
import type { Outbox } from './sdk/outbox.ts'
import { OutboxFull } from './sdk/outboxQueue.ts'
import { Conversation } from './conversation.ts'
import { errorText } from './labels.ts'
import type { Message } from '../contract/message.ts'

interface RoomHandlers {
  connection: (connection: Connection) => void
  /** Something visible has changed. */
  change: () => void
  /** A live message arrived, from anyone. */
  arrived: (message: Message) => void
}

interface RoomOptions {
  causeway: Causeway
  channel: string
  /** The sender id of this page. */
  me: string
  outbox: Pick<Outbox, 'add' | 'unsent' | 'retry' | 'discard'>
  open?: OpenStream | undefined
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

/** The open channel: its conversation and its stream. The messages being sent are in the outbox of the sender. */
export class Room {
  readonly channel: string
  readonly conversation: Conversation
  readonly #causeway: Causeway
  readonly #outbox: RoomOptions['outbox']
  readonly #handlers: RoomHandlers
  readonly #joined: JoinedChannel
  readonly #left = new AbortController()
  /** The messages that are being read again, and those of them that have changed meanwhile. */
  readonly #reading = new Set<number>()
  readonly #stale = new Set<number>()
  #entered = false
  #older: Older = 'idle'

  constructor({ causeway, channel, me, outbox, open }: RoomOptions, handlers: RoomHandlers) {
    this.channel = channel
    this.#causeway = causeway
    this.#outbox = outbox
    this.#handlers = handlers
    this.conversation = new Conversation(
      me,
      () => outbox.unsent(channel),
      (position) => void this.#readAgain(position),
    )
    this.#joined = new JoinedChannel(
      causeway,
      { channel, limit: PAGE_SIZE, open },
      {
        history: (page) =>
          this.#changed(() => {
            this.#entered = true
            this.conversation.replace(page.messages, page.next === null)
          }),
        message: (message) => this.#receive(message),
        gap: (gap) => this.#changed(() => this.conversation.miss(gap)),
        connection: (connection) => handlers.connection(connection),
      },
    )
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
    try {
      this.#outbox.add(this.channel, { text })
      return true
    } catch (error) {
      if (error instanceof OutboxFull) return false
      throw error
    }
  }

  retry(key: string): void {
    this.#outbox.retry(key)
  }

  discard(key: string): void {
    this.#outbox.discard(key)
  }

  async loadOlder(): Promise<void> {
    const oldest = this.conversation.messages[0]
    const full = this.conversation.messages.length >= MAX_MESSAGES
    if (this.#older === 'loading' || this.conversation.complete || full || !oldest) return
    this.#changed(() => (this.#older = 'loading'))
    try {
      const page = await this.#joined.older(oldest.position)
      // The log may have been replaced while this page was being loaded, and the message changed.
      if (this.conversation.messages[0]?.id === oldest.id) {
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
    this.#left.abort()
    this.#joined.leave()
  }

  #receive(message: Message): void {
    const received = this.conversation.receive(message)
    // Nobody may draw for hours, so the bound cannot wait for that.
    this.trim(false)
    if (received !== 'nothing') this.#handlers.change()
    if (received === 'added') this.#handlers.arrived(message)
  }

  async #readAgain(position: number): Promise<void> {
    this.#stale.add(position)
    if (this.#reading.has(position)) return
    this.#reading.add(position)
    try {
      while (this.#stale.delete(position)) {
        const message = await messageAt(this.#causeway, this.channel, position, this.#left.signal)
        if (this.conversation.correct(message)) this.#handlers.change()
      }
    } catch {
      // It stays as it was, until the page is loaded again.
    }
    this.#reading.delete(position)
  }

  #changed(change: () => void): void {
    change()
    this.#handlers.change()
  }
}
