import type { Redis } from 'ioredis'
import { RedisLog } from '../../bridge/redisLog.ts'
import { CopyKeys } from '../../chassis/copyKeys.ts'
import { connectRedis } from '../../chassis/redis.ts'
import { createLogger } from '../../chassis/logger.ts'
import type { Extent } from '../../contract/extent.ts'
import type { Entry } from '../../contract/message.ts'
import { RedisKeys } from '../../contract/redisKeys.ts'
import type { Messages } from './messages.ts'
import type { Publisher } from './publisher.ts'

interface RedisPublisherOptions {
  redisUrl: string
  redisPrefix: string
  epoch: string
  copyKeys: string
  /** Called before each publish, with the position that the log is at then. */
  announce: (position: number) => Promise<void>
}

/** The bridge's defaults. */
const RECENT = { recentLength: 500, recentSeconds: 3_600 }
/** The ids of the log's messages are not known here. */
const UNKNOWN = ''
const WATERMARK_MS = 1_000

/** Writes into Redis with the bridge's own code, and at the bridge's intervals. */
export class RedisPublisher implements Publisher {
  readonly #log: RedisLog
  readonly #redis: Redis
  readonly #announce: RedisPublisherOptions['announce']
  readonly #watermark: NodeJS.Timeout
  #messages: Messages | undefined

  #extent: Extent

  private constructor(
    redis: Redis,
    log: RedisLog,
    extent: Extent,
    announce: RedisPublisherOptions['announce'],
  ) {
    this.#redis = redis
    this.#log = log
    this.#extent = extent
    this.#announce = announce
    this.#watermark = setInterval(
      () => void log.watermark(extent.epoch).catch(() => {}),
      WATERMARK_MS,
    )
  }

  /** Begins the copy of a log that is at `position`. */
  static async open(options: RedisPublisherOptions, position: number): Promise<RedisPublisher> {
    const { redisUrl, redisPrefix, epoch, copyKeys, announce } = options
    const keys = new RedisKeys(redisPrefix, 0)
    const redis = connectRedis({
      url: redisUrl,
      key: keys.watermark,
      name: 'bench',
      logger: createLogger('bench', 'silent'),
    })
    await new Promise((resolve) => redis.once('ready', resolve))
    const log = new RedisLog(redis, keys, {
      ...RECENT,
      copyKeys: new CopyKeys([copyKeys]),
      onRefused: () => {},
    })
    await announce(position)
    const extent = await log.open(epoch, { position, id: UNKNOWN })
    return new RedisPublisher(redis, log, extent, announce)
  }

  /** Sets the messages that `publish` sends from now on. */
  use(messages: Messages): void {
    this.#messages = messages
  }

  async publish(sentAt: readonly bigint[]): Promise<void> {
    const messages = this.#messages
    if (messages === undefined) throw new Error('no messages to publish: call use() first')
    await this.append(sentAt.map((time) => messages.next(time)))
  }

  /** Appends entries that follow the last one in Redis. */
  async append(entries: readonly Entry[]): Promise<void> {
    const end = this.#extent.position + entries.length
    await this.#announce(end)
    const extent = await this.#log.append(this.#extent, entries)
    if (extent?.position !== end) throw new Error(`Redis is at ${extent?.position}, not ${end}`)
    this.#extent = extent
  }

  async close(): Promise<void> {
    clearInterval(this.#watermark)
    this.#redis.disconnect()
  }
}
