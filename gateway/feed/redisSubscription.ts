import type { Redis } from 'ioredis'
import type { Extent } from '../../contract/extent.ts'
import { readEntry, type Entry } from '../../contract/message.ts'
import type { RedisKeys } from '../../contract/redisKeys.ts'
import type { CopyKeys } from '../../chassis/copyKeys.ts'
import { PubSub } from '../../chassis/pubSub.ts'

export interface RedisSubscriptionEvents {
  /** A connection stands: what is wanted from now on is to be subscribed on it. Returns the channels that are wanted already. */
  connected: () => string[]
  /** Those are subscribed now. */
  up: () => void
  down: () => void
  watermark: (watermark: Extent) => void
  entry: (entry: Entry) => void
  /** Something came that did not prove itself. */
  refused: () => void
  isWanted: (channel: string) => boolean
  /** Of the log; only asked when there are channels. Another one means another connection. */
  epoch: () => string
}

/**
 * The subscription to Redis. It comes up once every channel that was wanted when its connection stood is subscribed and
 * confirmed, and goes down with the connection. While up, it delivers everything in order; it never replays what was published
 * before. It never waits for a moment without new channels, because on a busy gateway there may be none.
 */
export class RedisSubscription {
  readonly #redis: Redis
  readonly #pubSub: PubSub
  readonly #keys: RedisKeys
  readonly #copyKeys: CopyKeys
  readonly #events: RedisSubscriptionEvents
  /** Counts connections: what was begun on one must not go on for the next. */
  #connection = 0
  /** Of the first subscription. */
  #epoch = ''
  /** What the names of live channels begin with in that epoch; empty before that. */
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

  /** Calls `confirmed` once the server has confirmed all of them, unless the connection breaks first. */
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
    // What the server still confirms on the connection that is given up counts no more.
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

  /** A connection that does not take a subscription cannot be trusted with the others: it is made again. */
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
