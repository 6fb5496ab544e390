import { Follower } from '../../gateway/feed/follower.ts'
import type { Scan } from '../../gateway/feed/followerPorts.ts'
import { Hub } from '../../gateway/hub/hub.ts'
import type { Question } from '../../gateway/hub/source.ts'
import { ReplayBuffer, type Item } from '../../gateway/hub/replayBuffer.ts'
import type { Start } from '../../gateway/hub/joining.ts'
import type { Subscription } from '../../gateway/hub/subscription.ts'
import { idAt, placeAt } from './testRedis.ts'
import { testSink } from './testSink.ts'

interface SizedItem extends Item {
  size?: number
}

/** An item, by default of the channel `a` and right after the previous position. */
export function item(position: number, previous = position - 1, channel = 'a'): SizedItem {
  return { position, previous, channel }
}

const names = (channels: readonly { name: string }[]): string =>
  channels.map(({ name }) => ` ${name}`).join('')

/** A follower and its hub, with a log and a Redis that answer when the test says so. */
export class TestFollower {
  readonly hub: Hub<SizedItem>
  readonly follower: Follower<SizedItem>
  /** The last scan and the last question. */
  scan: Scan | undefined
  question: Question<SizedItem> | undefined
  /** The epoch of the log. */
  epoch = 'e1'
  #isAskDue = false
  readonly #joined = new Map<string, Subscription<SizedItem>>()
  #told: string[] = []

  constructor(unsubscribeDelayMs = 30_000) {
    const tell = (text: string): void => void this.#told.push(text)
    this.hub = new Hub<SizedItem>(
      {
        want: (channels) => this.follower.wanted(channels),
        askSoon: () => void (this.#isAskDue = true),
        flushSoon: () => {},
        idOf: ({ position }) => idAt(position),
        pause: () => tell('pause'),
        read: ({ cursor }, upTo) => tell(`read ${cursor.position}-${upTo}`),
      },
      new ReplayBuffer({ maxItems: 100, maxBytes: 100, chunkBytes: 100, sizeOf: () => 1 }),
    )
    this.follower = new Follower<SizedItem>(
      this.hub,
      {
        subscribe: (channels) => tell(`subscribe${names(channels)}`),
        unsubscribe: (channels) => tell(`unsubscribe${names(channels)}`),
        ask: (question) => {
          this.question = question
          tell(`ask${names(question.channels)}`)
        },
        scan: (scan) => {
          this.scan = scan
          tell(`scan ${scan.after}${scan.channels.map((name) => ` ${name}`).join('')}`)
        },
        look: () => tell('look'),
        reconnect: () => tell('reconnect'),
      },
      {
        linkTimeoutMs: 3_000,
        lookMs: 2_000,
        unsubscribeDelayMs,
        crowdedAt: 5,
        minReadyMs: 0,
        maxBuffer: { items: 3, bytes: 100 },
        sizeOf: ({ size = 1 }) => size,
      },
    )
  }

  join(name: string, channels: string, start: Start<SizedItem> = {}): Subscription<SizedItem> {
    const subscription = this.hub.join(channels.split(' '), start, testSink(name, this.#told))
    this.#joined.set(name, subscription)
    return subscription
  }

  /** The id of a heartbeat on this stream now. */
  place(name: string): string | undefined {
    const subscription = this.#joined.get(name)
    return subscription && this.hub.resumeAt(subscription)?.toString()
  }

  /** Redis confirms the subscription of these channels. */
  confirmed(channels: string): void {
    const found = channels.split(' ').map((name) => this.hub.channels.get(name))
    this.hub.come(found.filter((channel) => channel !== undefined))
  }

  watermark(position: number, low = 0, now = 0, epoch = 'e1'): void {
    this.follower.watermark({ epoch, ...placeAt(position), low }, now)
  }

  received(...items: SizedItem[]): void {
    for (const one of items) this.follower.received(one)
  }

  /** The log answers the last question. */
  answered(position: number, heads: Record<string, number>, question = this.question): void {
    if (question === undefined) throw new Error('There was no question.')
    const channels = new Map(Object.entries(heads))
    this.follower.answered(question, {
      epoch: this.epoch,
      ...placeAt(position),
      channels,
      lows: new Map(),
    })
  }

  /** The log answers a read of its head. */
  looked(position: number): void {
    this.follower.looked({
      epoch: this.epoch,
      ...placeAt(position),
      channels: new Map(),
      lows: new Map(),
    })
  }

  /** The log answers the last scan. */
  scanned(upTo: number, items: SizedItem[] = [], isComplete = true, scan = this.scan): void {
    if (scan === undefined) throw new Error('There was no scan.')
    this.follower.scanned(scan, { epoch: this.epoch, items, upTo: placeAt(upTo), isComplete })
  }

  /** Ends the turn. Returns the requests and events since the last call, in order. */
  news(): string[] {
    this.hub.fanout.flush()
    if (this.#isAskDue) this.follower.ask()
    this.#isAskDue = false
    return this.#told.splice(0)
  }

  /** Reads the log at 10, opens the connection, and joins one stream on `a` that is complete. */
  connect(): void {
    this.follower.tick(0)
    this.scanned(10)
    this.follower.connected()
    this.follower.up(0)
    this.join('one', 'a')
    this.confirmed('a')
    this.news()
    this.answered(10, { a: 10 })
    this.news()
  }

  /** Connects, and follows Redis from then on. */
  live(): void {
    this.connect()
    this.watermark(10)
    this.scanned(10)
    this.news()
  }
}
