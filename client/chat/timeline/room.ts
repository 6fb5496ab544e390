import type { Causeway } from '../../sdk/causeway.ts'
import { historyPage, messageAt } from '../../sdk/history.ts'
import { JoinedChannel, type JoinHandlers, type OpenStream } from '../../sdk/joinedChannel.ts'
import type { Outbox } from '../../sdk/outbox.ts'
import { Conversation } from './conversation.ts'
import { errorText } from '../labels.ts'
import { firstPosition, pagesAround } from './pagesAround.ts'
import { ReReader } from './reReader.ts'
import { ShownPart } from './shownPart.ts'
import type { Message } from '../../../contract/message.ts'

interface RoomHandlers extends Pick<JoinHandlers, 'connection' | 'presence' | 'signal'> {
  /** Something visible has changed. */
  change: () => void
  /** A live message arrived, from anyone. */
  arrived: (message: Message) => void
  /** Every live message, also one that changes another. */
  received?: (message: Message) => void
  /** Whether the reader is at the end and follows. */
  following: () => boolean
}

interface RoomOptions {
  causeway: Causeway
  channel: string
  /** The sender id of this page. */
  me: string
  outbox: Pick<Outbox, 'unsent'>
  open?: OpenStream | undefined
  /** Resolves when what has changed is drawn. */
  frame: () => Promise<void>
}

/** The state of loading more messages; `failure` is a text for people. */
export type Loading = 'idle' | 'loading' | { failure: string }

/** Where the reader is led to. A new object leads there again. */
export interface Target {
  position: number
}

const PAGE_SIZE = 50

/** The open channel: the shown part of its conversation, and its stream. What is being sent is in the outbox of the sender. */
export class Room {
  readonly channel: string
  readonly conversation: Conversation
  readonly #causeway: Causeway
  readonly #handlers: RoomHandlers
  readonly #joined: JoinedChannel
  readonly #shown: ShownPart
  readonly #left = new AbortController()
  #entered = false
  #older: Loading = 'idle'
  #newer: Loading = 'idle'
  #target: Target | undefined

  constructor({ causeway, channel, me, outbox, open, frame }: RoomOptions, handlers: RoomHandlers) {
    this.channel = channel
    this.#causeway = causeway
    this.#handlers = handlers
    const again = new ReReader(
      (position) => messageAt(causeway, channel, position, this.#left.signal),
      (message) => {
        if (this.conversation.correct(message)) handlers.change()
      },
    )
    this.conversation = new Conversation(
      me,
      () => outbox.unsent(channel),
      (position) => void again.ask(position),
    )
    this.#shown = new ShownPart(this.conversation, handlers.change, frame)
    const join: JoinHandlers = {
      history: (page) =>
        this.#changed(() => {
          this.#entered = true
          this.#shown.begin(page)
        }),
      message: (message) => this.#receive(message),
      gap: (gap) => this.#changed(() => this.conversation.miss(gap)),
      connection: (connection) => handlers.connection(connection),
      presence: handlers.presence,
      signal: handlers.signal,
    }
    const options = { channel, limit: PAGE_SIZE, open, presence: true, signals: true }
    this.#joined = new JoinedChannel(causeway, options, join)
  }

  /** Whether history is loaded. */
  get entered(): boolean {
    return this.#entered
  }

  get older(): Loading {
    return this.#older
  }

  get newer(): Loading {
    return this.#newer
  }

  get target(): Target | undefined {
    return this.#target
  }

  async loadOlder(): Promise<void> {
    const oldest = this.conversation.messages[0]
    if (this.#older === 'loading' || this.conversation.complete || !oldest) return
    await this.#load(
      (state) => (this.#older = state),
      async () => {
        const page = await this.#joined.older(oldest.position)
        // The log may have been replaced while this page was being loaded.
        await this.#shown.addOlder(page, oldest.id)
      },
    )
  }

  async loadNewer(): Promise<void> {
    const newest = this.conversation.messages.at(-1)
    if (this.#newer === 'loading' || this.conversation.atEnd || !newest) return
    await this.#load(
      (state) => (this.#newer = state),
      async () => {
        const { channel } = this
        const query = { channel, after: newest.position, limit: PAGE_SIZE, order: 'asc' } as const
        const page = await historyPage(this.#causeway, query, this.#left.signal)
        await this.#shown.addNewer(page, newest.id)
      },
    )
  }

  /** Leads to a message, or to the place where it was. */
  async jump(position: number): Promise<void> {
    const isShown = this.conversation.messages.some((each) => each.position === position)
    if (isShown) return this.#changed(() => (this.#target = { position }))
    await this.#load(
      (state) => (this.#older = state),
      async () => {
        const { channel } = this
        const around = { channel, position, limit: PAGE_SIZE }
        this.#shown.showAround(await pagesAround(this.#causeway, around, this.#left.signal))
        this.#target = { position }
      },
    )
  }

  /** Leads to the first message behind a position, or at or after a time (RFC 3339). */
  async jumpBehind(place: { after: number } | { from: string }): Promise<void> {
    await this.#load(
      (state) => (this.#older = state),
      async () => {
        const query = { channel: this.channel, ...place }
        const position = await firstPosition(this.#causeway, query, this.#left.signal)
        this.#older = 'idle'
        await (position === undefined ? this.jumpToEnd() : this.jump(position))
      },
    )
  }

  /** Shows the newest messages. */
  async jumpToEnd(): Promise<void> {
    if (this.conversation.atEnd) return
    await this.#load(
      (state) => (this.#newer = state),
      async () => {
        const query = { channel: this.channel, limit: PAGE_SIZE }
        this.#shown.showNewest(await historyPage(this.#causeway, query, this.#left.signal))
      },
    )
  }

  trim(following: boolean): void {
    this.#shown.trim(following)
  }

  check(): void {
    this.#joined.check()
  }

  network(state: 'online' | 'offline'): void {
    this.#joined.network(state)
  }

  retryNow(): void {
    this.#joined.retryNow()
  }

  leave(): void {
    this.#left.abort()
    this.#joined.leave()
  }

  #receive(message: Message): void {
    const received = this.#shown.receive(message)
    // Nobody may draw for hours, so the bound cannot wait for that.
    this.trim(this.#handlers.following())
    this.#handlers.received?.(message)
    if (received !== 'nothing') this.#handlers.change()
    if (received === 'added' || received === 'later') this.#handlers.arrived(message)
  }

  async #load(become: (state: Loading) => void, load: () => Promise<void>): Promise<void> {
    this.#changed(() => become('loading'))
    try {
      await load()
      this.#changed(() => become('idle'))
    } catch (error) {
      if (!this.#left.signal.aborted) this.#changed(() => become({ failure: errorText(error) }))
    }
  }

  #changed(change: () => void): void {
    change()
    this.#handlers.change()
  }
}
