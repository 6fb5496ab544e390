import { Audience } from '../../gateway/audience.ts'
import { Ring, type Item } from '../../gateway/ring.ts'
import type { Sink, Subscriber } from '../../gateway/subscriber.ts'
import { Tail } from '../../gateway/tail.ts'

/** An item of the channel `a`, unless another is named, that follows the one before it. */
export function item(position: number, previous = position - 1, channel = 'a'): Item {
  return { position, previous, channel }
}

/** A tail and its audience, with a log and a link that answer when the test says so. */
export class TestTail {
  readonly audience: Audience<Item>
  readonly tail: Tail<Item>
  /** Of the stretch that was asked for last. */
  ticket = 0
  #asked: string[] = []
  #sent: string[] = []

  constructor() {
    const ask = (text: string): void => void this.#asked.push(text.trim())
    this.audience = new Audience<Item>(
      {
        wanted: (channels) => this.tail.wanted(channels),
        askHead: () => ask('ask'),
        flushSoon: () => {},
        pause: () => ask('pause'),
        read: (_, after, upTo) => ask(`read ${after}-${upTo}`),
      },
      new Ring(0, { maxItems: 100, maxBytes: 100, pieceBytes: 100 }, () => 1),
    )
    this.tail = new Tail<Item>(
      this.audience,
      {
        subscribe: (channels) => ask(`subscribe ${channels.join(' ')}`),
        unsubscribe: (channels) => ask(`unsubscribe ${channels.join(' ')}`),
        activate: (channels) => ask(`activate ${channels.join(' ')}`),
        follow: (ticket, after, channels) => {
          this.ticket = ticket
          ask(`follow ${after} ${channels.join(' ')}`)
        },
        reconnect: () => ask('reconnect'),
      },
      { beaconMs: 3_000, lingerMs: 30_000, maxBuffer: 3 },
    )
  }

  join(...channels: string[]): Subscriber<Item> {
    const sent = this.#sent
    const sink: Sink<Item> = {
      ready: ({ position }) => void sent.push(`ready ${position}`),
      send: ({ items }) =>
        void sent.push(...items.map(({ channel, position }) => channel + position)),
      gap: ({ after, before }) => void sent.push(`gap ${after}-${before}`),
      reset: (reason) => void sent.push(reason),
      end: (reason) => void sent.push(`end ${reason}`),
      drained: () => Promise.resolve(),
    }
    return this.audience.join(channels, {}, sink)
  }

  beacon(head: number, floor = 0, now = 0): void {
    this.tail.beacon({ epoch: 'e1', head, floor }, now)
  }

  /** The log was looked at while these channels were coming. */
  activated(position: number, channels: Record<string, number>): void {
    this.tail.activated({ epoch: 'e1', position, channels: new Map(Object.entries(channels)) })
  }

  /** The log answers the stretch that was asked for last. */
  followed(upTo: number, items: Item[] = [], complete = true): void {
    this.tail.followed(this.ticket, { epoch: 'e1', items, upTo, complete })
  }

  /** What was asked for, and what was sent, since the last look. */
  news(): { asked: string[]; sent: string[] } {
    this.audience.flush()
    return { asked: this.#asked.splice(0), sent: this.#sent.splice(0) }
  }

  /** A link stands, the log was seen at 10, and one stream on `a` waits for nothing more. */
  link(): void {
    this.tail.tick(0)
    this.followed(10)
    this.tail.linkUp(0)
    this.join('a')
    this.tail.subscribed(['a'])
    this.activated(10, { a: 10 })
    this.news()
  }

  /** The same, and what the link brings is sent as it comes. */
  live(): void {
    this.link()
    this.beacon(10)
    this.followed(10)
    this.news()
  }
}
