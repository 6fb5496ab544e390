import type { Api } from './api.ts'
import { channelOfInput, hashOfChannel } from './channelHash.ts'
import type { Renew } from './channelStream.ts'
import { ChatView } from './chatView.ts'
import { ComposerView } from './composerView.ts'
import { byId } from './element.ts'
import { FieldView } from './fieldView.ts'
import { Room } from './room.ts'
import type { Unsent } from './unsent.ts'
import type { Sender } from '../contract/message.ts'

interface ChatOptions {
  api: Api
  /** The address of Causeway, e.g. `document.baseURI`. */
  base: string
  renew: Renew
  /** Read whenever a name is shown, because a person may change it. */
  sender: () => Sender
}

/** The chat, with one room at a time, or none while nobody may see one. */
export class Chat {
  readonly #options: ChatOptions
  readonly #root = byId('chat', HTMLElement)
  readonly #view: ChatView
  readonly #composer: ComposerView
  readonly #channel: FieldView
  #unsent: Unsent | undefined
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
        if (this.#room !== undefined) this.#unsent?.setDraft(this.#room.channel, text)
      },
    })
    this.#channel = new FieldView('channel', (text) => {
      location.hash = hashOfChannel(channelOfInput(text))
      // If the channel is open already, no hashchange follows.
      if (this.#room !== undefined) this.#channel.show(this.#room.channel)
    })
    window.addEventListener('online', () => this.#room?.network('online'))
    window.addEventListener('offline', () => this.#room?.network('offline'))
    document.addEventListener('visibilitychange', () => this.#room?.check())
  }

  /** Shows a channel, for a sender whose unsent messages and drafts these are. */
  enter(channel: string, unsent: Unsent): void {
    if (this.#room?.channel === channel && this.#unsent === unsent) return
    this.#room?.leave()
    this.#unsent = unsent
    const { api, base, renew, sender } = this.#options
    const me = sender().id
    const room = new Room(
      { api, base, channel, me, unsent, renew },
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
    this.#composer.show(channel, unsent.draft(channel))
    this.#composer.focus()
  }

  /** Ends the stream, and shows nothing any more. */
  leave(): void {
    this.#room?.leave()
    this.#room = undefined
    this.#unsent = undefined
    this.#root.hidden = true
    this.#view.leave()
    this.#composer.show('', '')
  }

  /** Nobody answers yet. */
  waiting(retryAt: number): void {
    this.#view.connection({ is: 'reconnecting', retryAt })
  }
}
