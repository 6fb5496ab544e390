import { hashOfPlace, type Place } from './channelHash.ts'
import type { Drafts } from './composer/drafts.ts'
import type { Notifier } from './notifier.ts'
import { OpenChannel } from './openChannel.ts'
import { Panels } from './panels.ts'
import { People, handleOf } from './people.ts'
import { type OutboxKept, Posts } from './posts.ts'
import { ChannelList } from './sidebar/channelList.ts'
import { Store } from './store.ts'
import type { Causeway } from '../sdk/causeway.ts'
import type { OpenStream } from '../sdk/joinedChannel.ts'
import type { SharedSources, TabChannel } from '../sdk/sharedSources.ts'
import { Stream } from '../sdk/stream.ts'
import type { Message, Sender } from '../../contract/message.ts'

interface ChatOptions {
  causeway: Causeway
  /** Whether people sign in: only then there are private channels. */
  accounts: boolean
  outbox: OutboxKept
  drafts: Drafts
  notifier: Notifier
  /** Read whenever a name is shown, because a person may change it. */
  sender: () => Sender
  /** One connection for all tabs; without it each tab has its own. */
  shared: SharedSources | undefined
  /** By which the tabs tell each other what was read. */
  tabs: TabChannel
}

/** The chat of one sender: the open channel, the list of channels, what is being sent, and what stands beside it. */
export class Chat extends Store {
  readonly me: string
  readonly causeway: Causeway
  readonly accounts: boolean
  readonly drafts: Drafts
  readonly notifier: Notifier
  readonly people = new People()
  readonly posts: Posts
  readonly panels: Panels
  readonly list: ChannelList
  readonly #sender: () => Sender
  readonly #open: OpenStream
  #shown: OpenChannel | undefined
  #notice = ''

  constructor(options: ChatOptions) {
    super()
    const { causeway, shared, sender, accounts, tabs, outbox: kept } = options
    const me = sender().id
    this.me = me
    this.causeway = causeway
    this.accounts = accounts
    this.drafts = options.drafts
    this.notifier = options.notifier
    this.#sender = sender
    const open: OpenStream = (stream, handlers) =>
      new Stream(causeway, { ...stream, source: shared?.read }, handlers)
    this.#open = open
    this.posts = new Posts({
      causeway,
      me,
      kept,
      sent: ({ key, channel }, message) => {
        if (this.#shown?.name === channel) this.#shown.room.conversation.settle(key, message)
        this.panels.settle(key, message)
      },
      failed: (key) => this.#shown?.room.conversation.fail(key),
      say: (notice) => this.say(notice),
    })
    this.panels = new Panels(causeway, me, this.posts.outbox)
    this.posts.subscribe(() => this.panels.draw())
    this.list = new ChannelList({
      causeway,
      accounts,
      tabs,
      open,
      me,
      heard: (message) => this.#heard(message),
    })
    this.list.subscribe(() => this.#markersKnown())
  }

  get sender(): Sender {
    return this.#sender()
  }

  get handle(): string {
    return handleOf(this.sender)
  }

  get shown(): OpenChannel | undefined {
    return this.#shown
  }

  /** A short text about something that has no place on the page; empty if there is none. */
  get notice(): string {
    return this.#notice
  }

  /** Shows a channel, perhaps at one of its messages. */
  enter({ channel, position }: Place): void {
    if (this.#shown?.name !== channel) this.#enter(channel)
    if (position !== undefined) this.#shown?.jump(position)
    this.changed()
  }

  /** Leads to a place and puts it into the address. */
  go({ channel, position }: Place): void {
    const place: Place = position === undefined ? { channel } : { channel, position }
    const hash = hashOfPlace(place)
    // The same address again changes nothing, but its reader may have scrolled away.
    if (location.hash === hash) this.enter(place)
    else location.hash = hash
  }

  /** Leads to the next channel of the list, or the one before. */
  step(by: number, unreadOnly: boolean): void {
    const all = this.list.all.filter(({ followed, name }) => followed || name === this.#shown?.name)
    const at = all.findIndex(({ name }) => name === this.#shown?.name)
    const order = all.map((_, n) => all.at((at + by * (n + 1)) % all.length))
    const next = order.find((each) => each && (!unreadOnly || each.unread > 0))
    if (next !== undefined) this.go({ channel: next.name })
  }

  /** False if too many messages await their answer. */
  send(text: string, replyTo?: number): boolean {
    const { shown } = this
    if (shown === undefined || !this.posts.send(shown.name, text, replyTo)) return false
    if (replyTo === undefined) shown.follow()
    return true
  }

  /** The text in the message box has changed. */
  typed(text: string): void {
    if (this.#shown === undefined) return
    this.drafts.set(this.#shown.name, text)
    this.#shown.company.typed(text)
  }

  /** The reader came to the end of the channel, or left it; `seen` is the last position on the screen. */
  see(following: boolean, seen: number): void {
    const { shown } = this
    if (shown === undefined) return
    shown.reading.see(following)
    if (!document.hidden && shown.room.entered) this.list.read(shown.name, seen, following)
  }

  say(notice: string): void {
    this.#notice = notice
    this.changed()
  }

  network(state: 'online' | 'offline'): void {
    this.#shown?.network(state)
    if (state === 'online') this.posts.outbox.resume()
  }

  check(): void {
    this.#shown?.check()
    this.list.check()
  }

  /** Drops what was not sent: its sender has signed out. */
  forget(): void {
    this.drafts.clear()
    this.posts.outbox.clear()
  }

  /** Ends the streams. What was not sent goes on when its sender is back. */
  close(): void {
    this.#shown?.close()
    this.panels.close()
    this.list.close()
    this.posts.outbox.close()
  }

  #enter(channel: string): void {
    this.#shown?.close()
    this.panels.leaveChannel()
    const { causeway, me, people } = this
    const shown = new OpenChannel({
      causeway,
      channel,
      me,
      people,
      outbox: this.posts.outbox,
      open: this.#open,
      received: (message) => {
        this.list.received(message)
        this.panels.receive(message)
      },
    })
    this.#shown = shown
    shown.reading.subscribe(() => this.#title())
    this.list.show(channel)
  }

  /** A message came on any followed channel. */
  #heard(message: Message): void {
    const { title, kind } = this.list.of(message.channel)
    const channel = { title, direct: kind === 'direct' }
    this.notifier.tell(message, channel, this.sender, () => this.go(message))
  }

  /** What was unread when the person came; only then it may move. */
  #markersKnown(): void {
    this.#title()
    const shown = this.#shown
    if (shown === undefined || !this.list.loaded) return
    const marker = this.list.marker(shown.name)
    shown.unread.found(marker && { after: marker.position, count: marker.unread })
  }

  /** Not when it is drawn: a hidden page may not be drawn for hours. */
  #title(): void {
    if (this.#shown === undefined) return
    const count = this.#shown.reading.unseen + this.list.unreadElsewhere
    const unread = count > 0 ? `(${count}) ` : ''
    document.title = `${unread}${this.list.of(this.#shown.name).title} · Causeway`
  }
}
