import { Arrivals } from './arrivals.ts'
import { hashOfPlace, type Place } from './channelHash.ts'
import type { Drafts } from './composer/drafts.ts'
import { Panels } from './panels.ts'
import { People, handleOf } from './people.ts'
import { type OutboxKept, Posts } from './posts.ts'
import { Reading } from './reading.ts'
import { ChannelList } from './sidebar/channelList.ts'
import { Store } from './store.ts'
import { Company } from './timeline/company.ts'
import { Recovery } from './timeline/recovery.ts'
import { Room } from './timeline/room.ts'
import type { Causeway } from '../sdk/causeway.ts'
import type { Connection } from '../sdk/connection.ts'
import type { OpenStream } from '../sdk/joinedChannel.ts'
import type { Unsent } from '../sdk/outboxStorage.ts'
import type { SharedSources } from '../sdk/sharedSources.ts'
import { Stream } from '../sdk/stream.ts'
import type { Message, Sender } from '../../contract/message.ts'

interface ChatOptions {
  causeway: Causeway
  outbox: OutboxKept
  drafts: Drafts
  /** Read whenever a name is shown, because a person may change it. */
  sender: () => Sender
  /** One connection for all tabs; without it each tab has its own. */
  shared: SharedSources | undefined
}

/** The chat of one sender: the open channel, what is being sent, and what stands beside it. */
export class Chat extends Store {
  readonly me: string
  readonly drafts: Drafts
  readonly people = new People()
  readonly reading = new Reading()
  readonly arrivals = new Arrivals()
  readonly recovery = new Recovery(() => this.changed())
  readonly posts: Posts
  readonly panels: Panels
  readonly list: ChannelList
  readonly #options: ChatOptions
  readonly #open: OpenStream
  #room: Room | undefined
  #company: Company | undefined
  #connection: Connection = { is: 'connecting' }
  #notice = ''

  constructor(options: ChatOptions) {
    super()
    const { causeway, shared, drafts, sender, outbox } = options
    this.#options = options
    this.me = sender().id
    this.drafts = drafts
    this.#open = (stream, handlers) =>
      new Stream(causeway, { ...stream, source: shared?.read }, handlers)
    this.posts = new Posts({
      causeway,
      me: this.me,
      kept: outbox,
      sent: (unsent, message) => this.#sent(unsent, message),
      failed: (key) => this.#room?.conversation.fail(key),
      say: (notice) => this.say(notice),
    })
    this.panels = new Panels(causeway, this.me, this.posts.outbox)
    this.posts.subscribe(() => {
      this.panels.draw()
      this.changed()
    })
    this.list = new ChannelList({ causeway, open: this.#open, me: this.me })
    this.reading.subscribe(() => this.#title())
  }

  get sender(): Sender {
    return this.#options.sender()
  }

  get handle(): string {
    return handleOf(this.sender)
  }

  get room(): Room | undefined {
    return this.#room
  }

  /** Who is in the open channel. */
  get company(): Company | undefined {
    return this.#company
  }

  get connection(): Connection {
    return this.#connection
  }

  /** A short text about something that went wrong; empty if there is none. */
  get notice(): string {
    return this.#notice
  }

  /** Shows a channel, perhaps at one of its messages. */
  enter({ channel, position }: Place): void {
    if (this.#room?.channel !== channel) this.#enter(channel)
    if (position !== undefined) void this.#room?.jump(position)
    this.changed()
  }

  /** Leads to a place and puts it into the address. */
  go(place: Place): void {
    const hash = hashOfPlace(place)
    // The same address again changes nothing, but its reader may have scrolled away.
    if (location.hash === hash) this.enter(place)
    else location.hash = hash
  }

  /** False if too many messages await their answer. */
  send(text: string, replyTo?: number): boolean {
    const { room } = this
    if (room === undefined || !this.posts.send(room.channel, text, replyTo)) return false
    if (replyTo === undefined) this.follow()
    return true
  }

  /** The text in the message box has changed. */
  typed(text: string): void {
    if (this.#room === undefined) return
    this.drafts.set(this.#room.channel, text)
    this.#company?.typed(text)
  }

  /** Shows the newest message, and follows. */
  follow(): void {
    this.reading.see(true)
    void this.#room?.jumpToEnd()
    this.#room?.trim(true)
    this.changed()
  }

  /** The reader came to the end of the channel, or left it; `seen` is the last position on the screen. */
  see(following: boolean, _seen: number): void {
    this.reading.see(following)
  }

  /** Leads to the next channel of the list, or the one before. */
  step(by: number, unreadOnly: boolean): void {
    const { all } = this.list
    const at = all.findIndex(({ name }) => name === this.#room?.channel)
    const order = Array.from({ length: all.length }, (_, n) =>
      all.at((at + by * (n + 1)) % all.length),
    )
    const next = order.find((each) => each && (!unreadOnly || each.unread > 0))
    if (next !== undefined) this.go({ channel: next.name })
  }

  say(notice: string): void {
    this.#notice = notice
    this.changed()
  }

  network(state: 'online' | 'offline'): void {
    this.#room?.network(state)
    if (state === 'online') this.posts.outbox.resume()
  }

  check(): void {
    this.#room?.check()
    this.reading.look()
    this.list.check()
  }

  /** Drops what was not sent: its sender has signed out. */
  forget(): void {
    this.drafts.clear()
    this.posts.outbox.clear()
  }

  /** Ends the streams. What was not sent goes on when its sender is back. */
  close(): void {
    this.#company?.close()
    this.#room?.leave()
    this.list.close()
    this.recovery.close()
    this.posts.outbox.close()
  }

  #enter(channel: string): void {
    this.#company?.close()
    this.#room?.leave()
    this.panels.leaveChannel()
    this.#connection = { is: 'connecting' }
    this.recovery.begin()
    const { causeway } = this.#options
    const options = { causeway, channel, me: this.me, outbox: this.posts.outbox, open: this.#open }
    const company = new Company(causeway, channel, this.me)
    this.#company = company
    const room = new Room(options, {
      presence: (event) => company.presence(event),
      signal: (signal) => company.signal(signal),
      connection: (connection) => {
        this.#connection = connection
        this.recovery.connection(connection)
        this.changed()
      },
      change: () => this.#changed(room),
      arrived: (message) => this.#arrived(message),
      received: (message) => this.#received(message),
      following: () => this.reading.following,
    })
    this.#room = room
    this.reading.enter()
    this.arrivals.add(undefined)
    this.list.open(channel)
    this.#title()
  }

  #changed(room: Room): void {
    for (const { sender } of room.conversation.messages) this.people.see(sender)
    this.changed()
  }

  #arrived(message: Message): void {
    const own = message.sender.id === this.me
    this.reading.arrived(own)
    this.recovery.arrived()
    if (!own) this.arrivals.add(message)
  }

  #received(message: Message): void {
    this.list.received(message)
    this.#company?.message(message)
    this.panels.receive(message)
  }

  #sent(unsent: Unsent, message: Message): void {
    if (this.#room?.channel === unsent.channel) this.#room.conversation.settle(unsent.key, message)
    this.panels.settle(unsent, message)
  }

  #title(): void {
    const channel = this.#room?.channel
    if (channel === undefined) return
    const count = this.reading.unseen + this.list.unreadElsewhere
    const unread = count > 0 ? `(${count}) ` : ''
    document.title = `${unread}${this.list.title(channel)} · Causeway`
  }
}
