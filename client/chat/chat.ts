import { Arrivals } from './arrivals.ts'
import { hashOfPlace, type Place } from './channelHash.ts'
import type { Drafts } from './composer/drafts.ts'
import { failureText } from './labels.ts'
import { People, handleOf } from './people.ts'
import { Reading } from './reading.ts'
import { SearchState } from './search/searchState.ts'
import { ChannelList } from './sidebar/channelList.ts'
import { Store } from './store.ts'
import { Recovery } from './timeline/recovery.ts'
import { Room } from './timeline/room.ts'
import { Thread } from './timeline/thread.ts'
import type { Causeway } from '../sdk/causeway.ts'
import type { Connection } from '../sdk/connection.ts'
import type { ShownMessage } from '../sdk/history.ts'
import type { OpenStream } from '../sdk/joinedChannel.ts'
import { Outbox, type OutboxOptions } from '../sdk/outbox.ts'
import { OutboxFull } from '../sdk/outboxQueue.ts'
import type { Unsent } from '../sdk/outboxStorage.ts'
import type { SharedSources } from '../sdk/sharedSources.ts'
import { Stream } from '../sdk/stream.ts'
import type { Message, Sender } from '../../contract/message.ts'

interface ChatOptions {
  causeway: Causeway
  /** How the browser keeps what was not sent. */
  outbox: Pick<OutboxOptions, 'storage' | 'tab' | 'locks'>
  drafts: Drafts
  /** Read whenever a name is shown, because a person may change it. */
  sender: () => Sender
  /** One connection for all tabs; without it each tab has its own. */
  shared: SharedSources | undefined
}

/** What stands beside the timeline. */
export type Panel =
  { is: 'thread'; thread: Thread } | { is: 'search'; search: SearchState } | { is: 'people' }

/** Messages that may await their answer at once. */
const MAX_SENDING = 50

/** The chat of one sender: the open channel, what is being sent, and what stands beside it. */
export class Chat extends Store {
  readonly me: string
  readonly drafts: Drafts
  readonly people = new People()
  readonly reading = new Reading()
  readonly arrivals = new Arrivals()
  readonly recovery = new Recovery(() => this.changed())
  readonly list: ChannelList
  readonly #options: ChatOptions
  readonly #open: OpenStream
  readonly #outbox: Outbox
  #room: Room | undefined
  #connection: Connection = { is: 'connecting' }
  #panel: Panel | undefined
  #notice = ''

  constructor(options: ChatOptions) {
    super()
    const { causeway, shared, drafts, sender, outbox } = options
    this.#options = options
    this.me = sender().id
    this.drafts = drafts
    this.#open = (stream, handlers) =>
      new Stream(causeway, { ...stream, source: shared?.read }, handlers)
    this.#outbox = new Outbox(causeway, {
      ...outbox,
      name: this.me,
      changed: () => this.#draw(),
      sent: (unsent, message) => this.#sent(unsent, message),
      failed: (unsent) => this.#failed(unsent),
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

  get connection(): Connection {
    return this.#connection
  }

  get panel(): Panel | undefined {
    return this.#panel
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
    const sending = this.#outbox.unsent().filter(({ failure }) => failure === undefined)
    if (sending.length >= MAX_SENDING) return false
    if (
      !this.#post({ text }, replyTo === undefined ? undefined : { position: replyTo, as: 'reply' })
    )
      return false
    if (replyTo === undefined) this.follow()
    return true
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

  edit({ position }: Message, text: string): boolean {
    return this.#post({ text }, { position, as: 'edit' })
  }

  remove({ position }: Message): void {
    this.#post(null, { position, as: 'delete' })
  }

  /** Adds one's reaction, or takes it back. */
  react({ position, reactions = [] }: ShownMessage, name: string): void {
    const mine = reactions.find((each) => each.name === name)?.senders.includes(this.me) === true
    this.#post(name, { position, as: mine ? 'unreaction' : 'reaction' })
  }

  retry(key: string): void {
    this.#outbox.retry(key)
  }

  discard(key: string): void {
    this.#outbox.discard(key)
  }

  openThread(root: number): void {
    if (this.#room === undefined) return
    const { causeway } = this.#options
    const { channel } = this.#room
    const thread = new Thread({ causeway, channel, root, me: this.me, outbox: this.#outbox })
    this.#show({ is: 'thread', thread })
  }

  openSearch(q = ''): void {
    const search = new SearchState(this.#options.causeway)
    if (q !== '') search.ask(q)
    this.#show({ is: 'search', search })
  }

  openPeople(): void {
    this.#show({ is: 'people' })
  }

  closePanel(): void {
    this.#show(undefined)
  }

  say(notice: string): void {
    this.#notice = notice
    this.changed()
  }

  network(state: 'online' | 'offline'): void {
    this.#room?.network(state)
    if (state === 'online') this.#outbox.resume()
  }

  check(): void {
    this.#room?.check()
    this.reading.look()
    this.list.check()
  }

  /** Drops what was not sent: its sender has signed out. */
  forget(): void {
    this.drafts.clear()
    this.#outbox.clear()
  }

  /** Ends the streams. What was not sent goes on when its sender is back. */
  close(): void {
    this.#room?.leave()
    this.list.close()
    this.recovery.close()
    this.#outbox.close()
  }

  #enter(channel: string): void {
    this.#room?.leave()
    this.#show(undefined)
    this.#connection = { is: 'connecting' }
    this.recovery.begin()
    const { causeway } = this.#options
    const options = { causeway, channel, me: this.me, outbox: this.#outbox, open: this.#open }
    const room = new Room(options, {
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
    if (this.#panel?.is === 'thread') this.#panel.thread.receive(message)
  }

  #post(data: unknown, about?: Unsent['about']): boolean {
    if (this.#room === undefined) return false
    try {
      this.#outbox.add(this.#room.channel, data, about && { about })
      return true
    } catch (error) {
      if (!(error instanceof OutboxFull)) throw error
      this.say('Too much waits to be sent. Wait until you are connected.')
      return false
    }
  }

  #sent({ key, channel }: Unsent, message: Message): void {
    if (this.#room?.channel === channel) this.#room.conversation.settle(key, message)
    if (this.#panel?.is === 'thread') this.#panel.thread.settle(key, message)
  }

  /** A message stays, with its failure. A change has no place to show it. */
  #failed({ key, about, failure = 'internal' }: Unsent): void {
    this.#room?.conversation.fail(key)
    if (about === undefined || about.as === 'reply') return
    const what =
      about.as === 'edit' ? 'Not changed.' : about.as === 'delete' ? 'Not deleted.' : 'Not done.'
    this.#outbox.discard(key)
    this.say(`${what} ${failureText(failure)}`)
  }

  #show(panel: Panel | undefined): void {
    if (this.#panel?.is === 'thread') this.#panel.thread.close()
    this.#panel = panel
    this.changed()
  }

  #draw(): void {
    if (this.#panel?.is === 'thread') this.#panel.thread.draw()
    this.changed()
  }

  #title(): void {
    const channel = this.#room?.channel
    if (channel === undefined) return
    const count = this.reading.unseen + this.list.unreadElsewhere
    const unread = count > 0 ? `(${count}) ` : ''
    document.title = `${unread}${this.list.title(channel)} · Causeway`
  }
}
