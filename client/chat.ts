import { channelOfInput, hashOfChannel } from './channelHash.ts'
import { ChatView } from './chatView.ts'
import { ComposerView } from './composerView.ts'
import { byId } from './element.ts'
import { FieldView } from './fieldView.ts'
import type { Drafts } from './drafts.ts'
import { Room } from './room.ts'
import type { Causeway } from './sdk/causeway.ts'
import type { OpenStream } from './sdk/joinedChannel.ts'
import { Outbox, type OutboxOptions } from './sdk/outbox.ts'
import type { SharedSources } from './sdk/sharedSources.ts'
import { Stream } from './sdk/stream.ts'
import type { Sender } from '../contract/message.ts'

interface ChatOptions {
  causeway: Causeway
  /** How the browser keeps what was not sent. */
  outbox: Pick<OutboxOptions, 'storage' | 'tab' | 'locks'>
  /** Read whenever a name is shown, because a person may change it. */
  sender: () => Sender
  /** One connection for all tabs; without it each tab has its own. */
  shared: SharedSources | undefined
}

/** The chat, with one room at a time, or none while nobody may see one. */
export class Chat {
  readonly #options: ChatOptions
  readonly #root = byId('chat', HTMLElement)
  readonly #view: ChatView
  readonly #composer: ComposerView
  readonly #channel: FieldView
  #drafts: Drafts | undefined
  #outbox: { of: string; outbox: Outbox } | undefined
  #room: Room | undefined

  constructor(options: ChatOptions) {
    this.#options = options
    this.#view = new ChatView(options.sender)
    this.#composer = new ComposerView({
      send: (text) => {
        this.#view.follow()
        return this.#room?.send(text) ?? false
      },
      typed: (text) => {
        if (this.#room !== undefined) this.#drafts?.set(this.#room.channel, text)
      },
    })
    this.#channel = new FieldView('channel', (text) => {
      location.hash = hashOfChannel(channelOfInput(text))
      // If the channel is open already, no hashchange follows.
      if (this.#room !== undefined) this.#channel.show(this.#room.channel)
    })
    window.addEventListener('online', () => {
      this.#room?.network('online')
      this.#outbox?.outbox.resume()
    })
    window.addEventListener('offline', () => this.#room?.network('offline'))
    document.addEventListener('visibilitychange', () => this.#room?.check())
  }

  /** Shows a channel, for a sender whose drafts these are. */
  enter(channel: string, drafts: Drafts): void {
    if (this.#room?.channel === channel && this.#drafts === drafts) return
    this.#room?.leave()
    this.#drafts = drafts
    const me = this.#options.sender().id
    const outbox = this.#outboxOf(me)
    const { causeway, shared } = this.#options
    const open: OpenStream = (stream, handlers) =>
      new Stream(causeway, { ...stream, source: shared?.read }, handlers)
    const room = new Room(
      { causeway, channel, me, outbox, open },
      {
        connection: (connection) => this.#view.connection(connection),
        change: () => this.#view.draw(),
        arrived: (message) => this.#view.arrived(message.sender.id === me),
      },
    )
    this.#room = room
    this.#root.hidden = false
    this.#view.enter(room)
    this.#channel.show(channel)
    this.#composer.show(channel, drafts.get(channel))
    this.#composer.focus()
  }

  /** Ends the stream, and shows nothing any more. */
  leave(): void {
    this.#room?.leave()
    this.#room = undefined
    this.#drafts = undefined
    this.#root.hidden = true
    this.#view.leave()
    this.#composer.show('', '')
  }

  /** Nobody answers yet. */
  waiting(retryInMs: number): void {
    this.#view.connection({ is: 'reconnecting', reason: 'unreachable', retryInMs })
  }

  /** Drops what was not sent: its sender has signed out. */
  forget(): void {
    this.#outbox?.outbox.clear()
  }

  /** The messages that a sender has not sent yet go on when that sender is back. */
  #outboxOf(sender: string): Outbox {
    if (this.#outbox?.of === sender) {
      this.#outbox.outbox.resume()
      return this.#outbox.outbox
    }
    this.#outbox?.outbox.close()
    const { causeway, outbox: options } = this.#options
    const outbox = new Outbox(causeway, {
      ...options,
      name: sender,
      changed: () => this.#view.draw(),
      sent: ({ key, channel }, message) => {
        if (this.#room?.channel === channel) this.#room.conversation.settle(key, message)
      },
      failed: ({ key }) => this.#room?.conversation.fail(key),
    })
    this.#outbox = { of: sender, outbox }
    return outbox
  }
}
