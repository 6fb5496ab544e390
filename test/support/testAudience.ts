import { Audience } from '../../gateway/audience.ts'
import { Ring, type Item } from '../../gateway/ring.ts'
import type { Sink, Start, Subscriber } from '../../gateway/subscriber.ts'

export const itemOf = (channel: string, position: number, previous: number): Item => ({
  channel,
  position,
  previous,
})

/** An audience that writes down what it asks for and what its streams are sent. */
export class TestAudience {
  readonly audience: Audience<Item>
  /** Of each item; a piece of what is kept is at most 4. */
  itemSize = 1
  #told: string[] = []

  constructor() {
    const tell = (text: string): void => void this.#told.push(text)
    this.audience = new Audience<Item>(
      {
        wanted: (channels) => tell(`want ${channels.join(' ')}`),
        askHead: () => tell('ask'),
        flushSoon: () => {},
        pause: () => tell('pause'),
        read: (_, after, upTo) => tell(`read ${after}-${upTo}`),
      },
      new Ring(0, { maxItems: 4, maxBytes: 1_000, pieceBytes: 4 }, () => this.itemSize),
    )
  }

  join(name: string, channels: string, start: Start<Item> = {}): Subscriber<Item> {
    const tell = (text: string): void => void this.#told.push(`${name}: ${text}`)
    const sink: Sink<Item> = {
      ready: ({ position, complete, channels: heads }) => {
        const each = Object.entries(heads).map(([channel, { head }]) => `${channel}:${head}`)
        tell(`${complete ? 'ready' : 'incomplete'} at ${position}, ${each.join(' ')}`)
      },
      send: ({ items }) => tell(items.map((one) => one.channel + one.position).join(' ')),
      gap: ({ channel, after, before, reason }) =>
        tell(`${channel} lacks ${after + 1}-${before - 1}, ${reason}`),
      reset: (reason) => tell(`reset, ${reason}`),
      end: (reason) => tell(`end, ${reason}`),
      drained: () => Promise.resolve(),
    }
    return this.audience.join(channels.split(' '), start, sink)
  }

  /** The log was looked at while these channels were coming. */
  activate(position: number, channels: Record<string, number>, epoch = 'e1'): void {
    for (const name of Object.keys(channels)) this.audience.channels.setState(name, 'activating')
    this.audience.activated({ epoch, position, channels: new Map(Object.entries(channels)) })
  }

  accept(channel: string, position: number, previous: number): void {
    this.audience.accept(itemOf(channel, position, previous))
  }

  /** What was asked for and sent since the last look, in order. */
  news(): string[] {
    this.audience.flush()
    return this.#told.splice(0)
  }
}
