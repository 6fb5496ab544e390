import { Redis } from 'ioredis'
import { PubSub } from '../../../chassis/pubSub.ts'
import { hasShardedPubSub } from '../../../chassis/redis.ts'
import { RedisKeys } from '../../../contract/redisKeys.ts'

/** A message on a pub/sub channel of Redis. */
interface Published {
  name: string
  payload: string
}

const KEPT = 2_000

/** An attacker who may do everything at Redis, but has no key. It keeps what it reads. */
export class RedisWire {
  readonly keys = new RedisKeys('causeway', 0)
  readonly redis: Redis
  readonly epoch: string
  /** The last messages, oldest first. */
  readonly messages: Published[] = []
  readonly watermarks: Published[] = []
  readonly #listener: Redis
  readonly #publish: 'spublish' | 'publish'

  static async open(url: string, epoch: string, channels: readonly string[]): Promise<RedisWire> {
    const redis = new Redis(url)
    const publish = (await hasShardedPubSub(redis)) ? 'spublish' : 'publish'
    const wire = new RedisWire(url, redis, epoch, publish)
    const heard = new PubSub(wire.#listener, (name, payload) => wire.#hear({ name, payload }))
    await heard.connected()
    const names = channels.map((channel) => wire.nameOf(channel))
    await heard.subscribe([wire.keys.watermark, ...names], () => true)
    return wire
  }

  private constructor(url: string, redis: Redis, epoch: string, publish: 'spublish' | 'publish') {
    this.redis = redis
    this.epoch = epoch
    this.#listener = new Redis(url)
    this.#publish = publish
    for (const each of [this.redis, this.#listener]) each.on('error', () => {})
  }

  async send({ name, payload }: Published): Promise<void> {
    await this.redis[this.#publish](name, payload)
  }

  /** Sends them one after the other. */
  async sendAll(published: readonly Published[]): Promise<void> {
    for (const each of published) await this.send(each)
  }

  /** The pub/sub channel for a channel's messages. */
  nameOf(channel: string): string {
    return this.keys.live(this.epoch, channel)
  }

  /** Adds a message to the recent ones of a channel, beside the true ones. */
  async addRecent({ name }: Published, position: number, payload: string): Promise<void> {
    const channel = name.slice(this.nameOf('').length)
    // Redis refuses an entry below the existing ones.
    await this.redis
      .xadd(this.keys.recent(this.epoch, channel), `${position}-0`, 'm', payload)
      .catch(() => {})
  }

  /** Saves the keys in which Redis keeps its extent of the log. */
  async saveExtents(): Promise<Map<string, Buffer>> {
    const saved = new Map<string, Buffer>()
    for (const name of await this.#extents()) {
      const value = await this.redis.dumpBuffer(name)
      if (value !== null) saved.set(name, value)
    }
    return saved
  }

  async putBack(saved: ReadonlyMap<string, Buffer>): Promise<void> {
    for (const [name, value] of saved) await this.redis.restore(name, 0, value, 'REPLACE')
  }

  /** Alters the extents; a value that is no text counts as empty. */
  async changeExtents(alter: (text: string) => string): Promise<void> {
    for (const name of await this.#extents()) {
      const text = await this.redis.get(name).catch(() => null)
      await this.redis.set(name, alter(text ?? ''))
    }
  }

  close(): void {
    this.redis.disconnect()
    this.#listener.disconnect()
  }

  /** All keys except those of recent messages. */
  async #extents(): Promise<string[]> {
    const names = await this.redis.keys('causeway:*')
    const kinds = await Promise.all(names.map((name) => this.redis.type(name)))
    return names.filter((_, at) => kinds[at] !== 'stream')
  }

  #hear(published: Published): void {
    const heard = published.name === this.keys.watermark ? this.watermarks : this.messages
    heard.push(published)
    if (heard.length > KEPT) heard.shift()
  }
}
