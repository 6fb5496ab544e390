import type { Redis } from 'ioredis'
import type { Extent } from '../../contract/extent.ts'
import { readEntry, type Entry } from '../../contract/message.ts'
import type { RedisKeys } from '../../contract/redisKeys.ts'
import type { CopyKeys } from '../../chassis/copyKeys.ts'
import { PubSub } from '../../chassis/pubSub.ts'

export interface RedisSubscriptionEvents {
  /** A connection stands: subscribe on it the channels wanted from now on. Returns the channels already wanted. */
  connected: () => string[]
  /** These are subscribed now. */
  up: () => void
  down: () => void
  watermark: (watermark: Extent) => void
  entry: (entry: Entry) => void
  /** Something came without a valid MAC. */
  refused: () => void
  isWanted: (channel: string) => boolean
  /** The log's epoch; only asked if there are channels. Another epoch means another connection. */
  epoch: () => string
}

/**
 * The subscription to Redis. It comes up once all channels that were wanted when its connection began are subscribed and
 * confirmed. It goes down with the connection. While up, it delivers everything in order; it never replays older messages. It
 * never waits for a moment without new channels: a busy gateway may have none.
 */
export class RedisSubscription {
  readonly #redis: Redis
  readonly #pubSub: PubSub
  readonly #keys: RedisKeys
  readonly #copyKeys: CopyKeys
  readonly #events: RedisSubscriptionEvents
  /** Counts connections: work begun on one must not go on for the next. */
  #connection = 0
  /** The epoch of the first subscription. */
  #epoch = ''
  /** The start of live channels' names in that epoch; empty before that. */
  #livePrefix = ''

  constructor(redis: Redis, keys: RedisKeys, copyKeys: CopyKeys, events: RedisSubscriptionEvents) {
    this.#redis = redis
    this.#pubSub = new PubSub(redis, (name, payload) => this.#receive(name, payload))
    this.#keys = keys
    this.#copyKeys = copyKeys
    this.#events = events
    redis.on('ready', () => void this.#whileStanding((connection) => this.#come(connection)))
    redis.on('close', () => {
      this.#connection++
      events.down()
    })
  }

  /** Calls `confirmed` once the server has confirmed all, unless the connection breaks first. */
  subscribe(channels: readonly string[], confirmed: () => void): void {
    void this.#whileStanding(async (connection) => {
      await this.#subscribe(channels)
      if (connection === this.#connection) confirmed()
    })
  }

  unsubscribe(channels: readonly string[]): void {
    this.#pubSub.unsubscribe(channels.map((channel) => this.#livePrefix + channel))
  }

  reconnect(): void {
    // Confirmations on the abandoned connection count no more.
    this.#connection++
    this.#redis.disconnect(true)
  }

  async #come(connection: number): Promise<void> {
    await this.#pubSub.connected()
    if (connection !== this.#connection) return
    this.#livePrefix = ''
    const wanted = this.#events.connected()
    await this.#pubSub.subscribe([this.#keys.watermark], () => true)
    await this.#subscribe(wanted)
    if (connection === this.#connection) this.#events.up()
  }

  /** If a connection refuses one subscription, it cannot be trusted with the others: reconnect. */
  async #whileStanding(work: (connection: number) => Promise<void>): Promise<void> {
    const connection = this.#connection
    try {
      await work(connection)
    } catch {
      if (connection === this.#connection) this.#redis.disconnect(true)
    }
  }

  async #subscribe(channels: readonly string[]): Promise<void> {
    if (channels.length === 0) return
    if (this.#livePrefix === '') {
      this.#epoch = this.#events.epoch()
      this.#livePrefix = this.#keys.livePrefix(this.#epoch)
    }
    const prefix = this.#livePrefix
    const names = channels.map((channel) => prefix + channel)
    await this.#pubSub.subscribe(names, (name) => this.#events.isWanted(name.slice(prefix.length)))
  }

  #receive(name: string, payload: string): void {
    if (name.startsWith(this.#livePrefix) && this.#livePrefix !== '') {
      const channel = name.slice(this.#livePrefix.length)
      const json = this.#copyKeys.openMessage(this.#epoch, channel, payload)
      const entry = json === undefined ? undefined : readEntry(channel, json)
      if (entry === undefined) this.#events.refused()
      else this.#events.entry(entry)
    } else if (name === this.#keys.watermark) {
      const watermark = this.#copyKeys.openExtent(payload)
      if (watermark === undefined) this.#events.refused()
      else this.#events.watermark(watermark)
    }
  }
}
