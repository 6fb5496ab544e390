import type { Redis } from 'ioredis'
import { RedisLog } from '../bridge/redisLog.ts'
import { connectRedis } from '../chassis/redis.ts'
import { createLogger } from '../chassis/logger.ts'
import { RedisKeys } from '../contract/redisKeys.ts'
import type { Messages } from './messages.ts'
import type { Publisher } from './publisher.ts'

export interface RedisPublisherOptions {
  redisUrl: string
  redisPrefix: string
  epoch: string
}

/** The bridge's defaults. */
const RECENT = { recentLength: 500, recentSeconds: 3_600 }
const BEACON_MS = 1_000

/** Writes into Redis as the bridge does it, with the bridge's own code, and beats as it does. */
export class RedisPublisher implements Publisher {
  readonly log: RedisLog
  readonly #redis: Redis
  readonly #epoch: string
  readonly #beacon: NodeJS.Timeout
  #messages: Messages | undefined

  private constructor(redis: Redis, log: RedisLog, epoch: string) {
    this.#redis = redis
    this.log = log
    this.#epoch = epoch
    this.#beacon = setInterval(() => void log.beacon(epoch).catch(() => {}), BEACON_MS)
  }

  /** Begins the copy of a log whose head is `position`. */
  static async open(options: RedisPublisherOptions, position: number): Promise<RedisPublisher> {
    const { redisUrl, redisPrefix, epoch } = options
    const redis = connectRedis(redisUrl, 'bench', createLogger('bench', 'silent'))
    await new Promise((resolve) => redis.once('ready', resolve))
    const log = new RedisLog(redis, new RedisKeys(redisPrefix, 0), RECENT)
    await log.open(epoch, position)
    return new RedisPublisher(redis, log, epoch)
  }

  /** What `publish` sends from now on. */
  use(messages: Messages): void {
    this.#messages = messages
  }

  async publish(sentAt: readonly bigint[]): Promise<void> {
    const messages = this.#messages
    if (messages === undefined) throw new Error('there is nothing to publish')
    const after = messages.position
    const entries = sentAt.map((time) => messages.next(time))
    const head = await this.log.append(this.#epoch, after, entries)
    if (head !== messages.position) throw new Error(`Redis is at ${head}, not ${messages.position}`)
  }

  async close(): Promise<void> {
    clearInterval(this.#beacon)
    this.#redis.disconnect()
  }
}
