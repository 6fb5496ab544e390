import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import type { Entry } from '../contract/message.ts'
import type { RedisKeys } from '../contract/redisKeys.ts'
import type { Logger } from '../chassis/logger.ts'
import { Audience, type Heads } from './audience.ts'
import { renderMessage, sentAt, type Frame } from './frame.ts'
import { Link } from './link.ts'
import type { GatewayMetrics } from './metrics.ts'
import type { Reader } from './reader.ts'
import { Ring } from './ring.ts'
import type { Subscriber } from './subscriber.ts'
import { Tail } from './tail.ts'

/** What keeping up with the log needs of it; see LogReader. */
export interface FeedLog {
  heads: (channels: readonly string[]) => Promise<Heads>
  scan: (query: {
    epoch: string
    after: number
    upTo: number
    channels: readonly string[]
    maxBytes: number
  }) => Promise<{ entries: Entry[]; upTo: number }>
}

export interface FeedOptions {
  subscriber: Redis
  keys: RedisKeys
  log: FeedLog
  reader: Reader
  metrics: GatewayMetrics
  logger: Logger
  beaconMs: number
  lingerMs: number
  /** Bytes of recent messages kept in memory for those who come back. */
  ringBytes: number
}

/** Positions read at once while following the log. */
const MAX_STRETCH = 1_000
const MAX_STRETCH_BYTES = 4_000_000
/** How often the log is read while it has to be followed, and a missing beacon noticed. */
const TICK_MS = 500

/**
 * The thin edge around Tail and Audience: carries out what they ask for, by Redis and the log, and brings them the answers
 * and the time.
 */
export class Feed {
  readonly audience: Audience<Frame>
  readonly #tail: Tail<Frame>
  readonly #options: FeedOptions
  #timer: NodeJS.Timeout | undefined
  /** Names that wait to be activated together: a storm of new streams costs one query a turn. */
  readonly #toActivate = new Set<string>()
  #activating = false
  /** Likewise names that wait to be subscribed. */
  #toSubscribe: string[] = []

  constructor(options: FeedOptions) {
    this.#options = options
    const ring = new Ring<Frame>(
      0,
      { maxItems: 50_000, maxBytes: options.ringBytes, pieceBytes: PIECE_BYTES },
      (frame) => frame.text.length + FRAME_OVERHEAD,
    )
    this.audience = new Audience<Frame>(
      {
        wanted: (channels) => this.#tail.wanted(channels),
        askHead: () => this.#activate([]),
        flushSoon: (first) => setImmediate(() => this.#flush(first)),
        pause: (subscriber) => void this.#pause(subscriber),
        read: (subscriber, after, upTo) => void this.#read(subscriber, after, upTo),
      },
      ring,
    )
    this.#tail = new Tail<Frame>(
      this.audience,
      {
        subscribe: (channels) => this.#subscribe(channels, link),
        unsubscribe: (channels) => link.unsubscribe(channels),
        activate: (channels) => this.#activate(channels),
        follow: (ticket, after, channels) => void this.#follow(ticket, after, channels),
        reconnect: () => link.reconnect(),
      },
      { beaconMs: options.beaconMs, lingerMs: options.lingerMs, maxBuffer: 5_000 },
    )
    const link = new Link(options.subscriber, options.keys, {
      up: () => this.#tail.linkUp(performance.now()),
      down: () => this.#tail.linkDown(),
      subscribed: (channels) => this.#tail.subscribed(channels),
      beacon: (beacon) => this.#tail.beacon(beacon, performance.now()),
      entry: (entry) => {
        if (this.audience.epoch !== undefined) {
          this.#tail.received(renderMessage(this.audience.epoch, entry))
        }
      },
      channelNames: () => this.audience.channels.names(),
      epoch: () => this.audience.epoch ?? '',
    })
  }

  get mode(): string {
    return this.#tail.mode
  }

  start(): void {
    const tick = (): void => {
      this.#tail.tick(performance.now())
      this.#options.metrics.channels.set(this.audience.channels.size)
      this.#options.metrics.live.set(this.#tail.mode === 'live' ? 1 : 0)
    }
    tick()
    this.#timer = setInterval(tick, TICK_MS)
  }

  close(): void {
    clearInterval(this.#timer)
    this.#options.subscriber.disconnect()
  }

  /** One look at the clock for all that leaves together, and for the one that has waited longest. */
  #flush(first: Frame): void {
    this.audience.flush()
    const lag = Date.now() - sentAt(first)
    // The clocks of two machines may differ by more than a message takes.
    if (Number.isFinite(lag)) this.#options.metrics.lag.observe(Math.max(0, lag) / 1_000)
  }

  #subscribe(channels: readonly string[], link: Link): void {
    if (this.#toSubscribe.length === 0) {
      setImmediate(() => link.subscribe(this.#toSubscribe.splice(0)))
    }
    this.#toSubscribe.push(...channels)
  }

  #activate(channels: readonly string[]): void {
    for (const name of channels) this.#toActivate.add(name)
    if (this.#activating) return
    this.#activating = true
    setImmediate(() => {
      this.#activating = false
      const names = [...this.#toActivate]
      this.#toActivate.clear()
      this.#options.log.heads(names).then(
        (heads) => this.#tail.activated(heads),
        () => this.#tail.activationFailed(names),
      )
    })
  }

  async #follow(ticket: number, after: number, channels: readonly string[]): Promise<void> {
    const { log } = this.#options
    try {
      const { epoch, position } = await log.heads([])
      const end = Math.min(position, after + MAX_STRETCH)
      const known = this.audience.epoch
      const { entries, upTo } =
        epoch === known && end > after && channels.length > 0
          ? await log.scan({ epoch, after, upTo: end, channels, maxBytes: MAX_STRETCH_BYTES })
          : { entries: [], upTo: end }
      const items = entries.map((entry) => renderMessage(epoch, entry))
      const isFirst = epoch !== known
      this.#tail.followed(ticket, {
        epoch,
        items,
        upTo: isFirst ? position : Math.max(upTo, after),
        complete: isFirst || upTo >= position,
      })
    } catch (error) {
      this.#options.logger.debug({ reason: String(error) }, 'the log cannot be followed')
      this.#tail.followFailed(ticket)
    }
  }

  async #pause(subscriber: Subscriber<Frame>): Promise<void> {
    await subscriber.sink.drained()
    // The kernel may take many pieces at once: all the others would wait for them.
    await nextTurn()
    this.audience.page(subscriber, [], subscriber.cursor)
  }

  async #read(subscriber: Subscriber<Frame>, after: number, upTo: number): Promise<void> {
    const { epoch } = this.audience
    try {
      // One page at a time is in memory for a stream: the next is read when the last one has left.
      await subscriber.sink.drained()
      const page = await this.#options.reader.read(epoch ?? '', subscriber.channels, after, upTo)
      if (epoch === this.audience.epoch) this.audience.page(subscriber, page.frames, page.upTo)
    } catch {
      this.audience.pageFailed(subscriber)
    }
  }
}

/**
 * What a stream is sent in a turn of what it missed: well below what may wait for it, and well above what comes anew in a long
 * turn, or it would never be done.
 */
const PIECE_BYTES = 256 * 1024
/** What an entry of the ring costs beside its text. */
const FRAME_OVERHEAD = 150
