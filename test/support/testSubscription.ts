import type { Redis } from 'ioredis'
import { connectSubscriber } from '../../chassis/redis.ts'
import { RedisKeys } from '../../contract/redisKeys.ts'
import { RedisSubscription } from '../../gateway/feed/redisSubscription.ts'
import type { Child } from '../../stack/child.ts'
import type { Opened } from './disposables.ts'
import { copyKeys, entry, openRedis, ownRedis, placeAt, testLink } from './testRedis.ts'
import { uniquePrefix } from './uniquePrefix.ts'
import { waitFor } from './waitFor.ts'

/** A subscription to its own Redis, which records its events. */
export class TestSubscription {
  readonly keys = new RedisKeys(uniquePrefix(), 0)
  readonly server: Child
  /** A connection for commands. */
  redis: Redis
  readonly told: string[] = []
  readonly wanted = new Set<string>()
  epoch = 'e1'
  /** Called when the connection is open. */
  onConnected: () => void = () => {}
  /** Called when it is about to subscribe a channel. */
  onWanted: () => void = () => {}
  readonly #url: string
  readonly #opened: Opened

  private constructor(opened: Opened, url: string, server: Child, redis: Redis) {
    this.#opened = opened
    this.#url = url
    this.server = server
    this.redis = redis
  }

  /** `args` are for the command line of the server. */
  static async start(opened: Opened, ...args: string[]): Promise<TestSubscription> {
    const { url, server } = await ownRedis(opened, ...args)
    return new TestSubscription(opened, url, server, await openRedis(opened, url))
  }

  /** Connects again to a restarted server, for commands. */
  async connect(): Promise<void> {
    this.redis = await openRedis(this.#opened, this.#url)
  }

  want(...channels: string[]): void {
    for (const channel of channels) this.wanted.add(channel)
  }

  open(): RedisSubscription {
    const subscriber = connectSubscriber(testLink(this.#url))
    this.#opened.add(() => subscriber.disconnect())
    const tell = (text: string): void => void this.told.push(text)
    return new RedisSubscription(subscriber, this.keys, copyKeys, {
      connected: () => {
        tell('connected')
        this.onConnected()
        return [...this.wanted]
      },
      up: () => tell('up'),
      down: () => tell('down'),
      watermark: ({ epoch, position, low }) => tell(`watermark ${epoch} ${position} ${low}`),
      entry: ({ channel, position }) => tell(`${channel}${position}`),
      refused: () => tell('refused'),
      isWanted: (channel) => {
        this.onWanted()
        return this.wanted.has(channel)
      },
      epoch: () => this.epoch,
    })
  }

  async publish(channel: string, position: number, epoch = this.epoch): Promise<void> {
    await this.redis.spublish(
      this.keys.live(epoch, channel),
      this.message(channel, position, epoch),
    )
  }

  async watermark(position: number): Promise<void> {
    await this.redis.spublish(this.keys.watermark, this.extent(position))
  }

  /** A message as a bridge writes it. */
  message(channel: string, position: number, epoch = this.epoch): string {
    return copyKeys.sealMessage(epoch, channel, entry(position, 0, channel).json)
  }

  extent(position: number, epoch = this.epoch): string {
    return copyKeys.sealExtent({ epoch, ...placeAt(position), low: 0 })
  }

  /** Disconnects all subscribers, like a failing network. */
  async cut(): Promise<void> {
    await this.redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
  }

  /** The names of the server's subscriptions, sorted; channels of this epoch by their own names. */
  async subscribed(): Promise<string[]> {
    const names = await this.redis.pubsub('SHARDCHANNELS', '*')
    const prefix = this.keys.livePrefix(this.epoch)
    return names
      .map((name) =>
        name === this.keys.watermark ? 'watermark' : String(name).replace(prefix, ''),
      )
      .sort()
  }

  /** The events since the last call, once there are this many. */
  async news(count: number): Promise<string[]> {
    await waitFor(() => this.told.length >= count)
    return this.told.splice(0)
  }
}
