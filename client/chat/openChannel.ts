import { Arrivals } from './arrivals.ts'
import { nextFrame } from './nextFrame.ts'
import type { People } from './people.ts'
import { Reading } from './reading.ts'
import { Store } from './store.ts'
import { Company } from './timeline/company.ts'
import { Recovery } from './timeline/recovery.ts'
import { Room } from './timeline/room.ts'
import { Unread } from './timeline/unread.ts'
import type { Causeway } from '../sdk/causeway.ts'
import type { Connection } from '../sdk/connection.ts'
import type { OpenStream } from '../sdk/joinedChannel.ts'
import type { Outbox } from '../sdk/outbox.ts'
import type { Message } from '../../contract/message.ts'

interface OpenChannelOptions {
  causeway: Causeway
  channel: string
  /** One's own sender id. */
  me: string
  outbox: Outbox
  open: OpenStream
  /** Everybody who wrote here is noted. */
  people: People
  /** A live message came, also one that changes another. */
  received: (message: Message) => void
}

/** The channel on the page: its messages, its connection, who is here, and what its reader has seen. */
export class OpenChannel extends Store {
  readonly name: string
  readonly room: Room
  readonly company: Company
  readonly reading = new Reading()
  readonly unread = new Unread()
  readonly arrivals = new Arrivals()
  readonly #me: string
  readonly #people: People
  readonly #recovery = new Recovery(() => this.changed())
  #connection: Connection = { is: 'connecting' }

  constructor({ people, received, ...options }: OpenChannelOptions) {
    super()
    const { causeway, channel, me } = options
    this.name = channel
    this.#me = me
    this.#people = people
    this.company = new Company(causeway, channel, me)
    this.room = new Room(
      { ...options, frame: nextFrame },
      {
        connection: (connection) => this.#show(connection),
        change: () => this.#change(),
        arrived: (message) => this.#arrive(message),
        received: (message) => {
          this.#people.see(message.sender)
          this.company.message(message)
          received(message)
        },
        following: () => this.reading.following,
        presence: (event) => this.company.presence(event),
        signal: (signal) => this.company.signal(signal),
      },
    )
  }

  get connection(): Connection {
    return this.#connection
  }

  /** How many messages came when the connection was back; undefined if there is nothing to tell. */
  get recovered(): number | undefined {
    return this.#recovery.count
  }

  /** Whether the newest message is shown, and new ones are followed. */
  get following(): boolean {
    return this.reading.following && this.room.conversation.atEnd
  }

  /** Shows the newest message, and follows. */
  follow(): void {
    this.reading.see(true)
    void this.room.jumpToEnd()
    this.room.trim(true)
    this.changed()
  }

  /** Leads to a message. */
  jump(position: number): void {
    this.reading.see(false)
    void this.room.jump(position)
  }

  /** Leads to the first message behind a position, or at or after a time. */
  jumpBehind(place: { after: number } | { from: string }): void {
    this.reading.see(false)
    void this.room.jumpBehind(place)
  }

  network(state: 'online' | 'offline'): void {
    this.room.network(state)
  }

  check(): void {
    this.room.check()
    this.reading.look()
  }

  close(): void {
    this.company.close()
    this.room.leave()
    this.#recovery.close()
  }

  #show(connection: Connection): void {
    this.#connection = connection
    this.#recovery.connection(connection)
    this.changed()
  }

  #change(): void {
    for (const { sender } of this.room.conversation.messages) this.#people.see(sender)
    this.changed()
  }

  #arrive(message: Message): void {
    const own = message.sender.id === this.#me
    this.reading.arrived(own)
    this.#recovery.arrived()
    if (!own) this.arrivals.add(message)
  }
}
