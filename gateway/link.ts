import type { Redis } from 'ioredis'
import { readEntry, type Entry } from '../contract/message.ts'
import { parseBeacon, type Beacon, type RedisKeys } from '../contract/redisKeys.ts'
import { hasShardedPubSub } from '../chassis/redis.ts'

export interface LinkEvents {
  /** Every channel that `channelNames` gives is subscribed at this very moment. */
  up: () => void
  down: () => void
  subscribed: (channels: string[]) => void
  beacon: (beacon: Beacon) => void
  entry: (entry: Entry) => void
  /** The channels that are wanted now. */
  channelNames: () => string[]
  /** Of the log; only asked when there are channels. Another one means another link. */
  epoch: () => string
}

/** Names in one SUBSCRIBE: the reply to a larger one would hold up what comes behind it. */
const BATCH = 500

/**
 * The subscription to Redis. It comes up only once everything that is wanted is subscribed and confirmed, and goes down with
 * the connection; in between it brings everything, in order. Of what was published before, it knows nothing.
 */
export class Link {
  readonly #redis: Redis
  readonly #keys: RedisKeys
  readonly #events: LinkEvents
  #sharded = true
  /** Of the connection; what was begun on one must not go on for the next. */
  #generation = 0
  /** What the names of live channels begin with, in the epoch of the first subscription; empty before that. */
  #livePrefix = ''

  constructor(redis: Redis, keys: RedisKeys, events: LinkEvents) {
    this.#redis = redis
    this.#keys = keys
    this.#events = events
    redis.on('ready', () => {
      const generation = ++this.#generation
      this.#come(generation).catch(() => {
        if (generation === this.#generation) redis.disconnect(true)
      })
    })
    redis.on('close', () => {
      this.#generation++
      events.down()
    })
    const onMessage = (name: string, payload: string): void => this.#receive(name, payload)
    redis.on('message', onMessage)
    redis.on('smessage', onMessage)
  }

  subscribe(channels: readonly string[]): void {
    void this.#subscribeMore(channels, this.#generation)
  }

  unsubscribe(channels: readonly string[]): void {
    const names = channels.map((channel) => this.#livePrefix + channel)
    const done = this.#sharded
      ? this.#redis.sunsubscribe(...names)
      : this.#redis.unsubscribe(...names)
    // Where it fails, the link is going down, and takes the subscriptions with it.
    done.catch(() => {})
  }

  reconnect(): void {
    this.#redis.disconnect(true)
  }

  async #come(generation: number): Promise<void> {
    this.#sharded = await hasShardedPubSub(this.#redis)
    this.#livePrefix = ''
    const done = new Set<string>()
    // Streams may come while this waits. Only when a look at the names finds nothing left is the link up, in that same step.
    for (;;) {
      const wanted = this.#events.channelNames().filter((name) => !done.has(name))
      if (wanted.length === 0) break
      await this.#subscribe(wanted)
      if (generation !== this.#generation) return
      for (const name of wanted) done.add(name)
    }
    await this.#subscribeNames([this.#keys.beacon])
    if (generation !== this.#generation) return
    if (this.#events.channelNames().some((name) => !done.has(name))) return this.#come(generation)
    this.#events.up()
  }

  async #subscribeMore(channels: readonly string[], generation: number): Promise<void> {
    try {
      await this.#subscribe(channels)
      if (generation === this.#generation) this.#events.subscribed([...channels])
    } catch {
      // A link that does not take a subscription cannot be trusted with the others.
      if (generation === this.#generation) this.#redis.disconnect(true)
    }
  }

  async #subscribe(channels: readonly string[]): Promise<void> {
    this.#livePrefix ||= this.#keys.livePrefix(this.#events.epoch())
    for (let start = 0; start < channels.length; start += BATCH) {
      const batch = channels.slice(start, start + BATCH)
      await this.#subscribeNames(batch.map((channel) => this.#livePrefix + channel))
    }
  }

  async #subscribeNames(names: string[]): Promise<void> {
    if (this.#sharded) await this.#redis.ssubscribe(...names)
    else await this.#redis.subscribe(...names)
  }

  #receive(name: string, payload: string): void {
    if (name.startsWith(this.#livePrefix) && this.#livePrefix !== '') {
      const entry = readEntry(name.slice(this.#livePrefix.length), payload)
      if (entry !== undefined) this.#events.entry(entry)
    } else if (name === this.#keys.beacon) {
      const beacon = parseBeacon(payload)
      if (beacon !== undefined) this.#events.beacon(beacon)
    }
  }
}
