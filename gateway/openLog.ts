import type { Redis } from 'ioredis'
import type { CopyKeys } from '../chassis/copyKeys.ts'
import type { Logger } from '../chassis/logger.ts'
import { connectRedis, connectSubscriber } from '../chassis/redis.ts'
import { RedisKeys } from '../contract/redisKeys.ts'
import { LogReader } from '../history/logReader.ts'
import { Feed, type FeedOptions } from './feed/feed.ts'
import type { FeedMetrics } from './feed/feedGauges.ts'
import type { GatewayMetrics } from './metrics.ts'
import { RedisReplay } from './replay/redisReplay.ts'
import { Replay } from './replay/replay.ts'

/** A log's number, and the addresses of its servers. */
interface LogAddresses {
  id: number
  databaseUrl: string
  replicaUrl: string | undefined
  redisUrl: string
}

export interface OpenLogOptions extends Pick<
  FeedOptions,
  | 'onEpochEnded'
  | 'linkTimeoutMs'
  | 'unsubscribeDelayMs'
  | 'maxChannels'
  | 'replayBufferBytes'
  | 'catchUpBytes'
> {
  redisPrefix: string
  /** To the log's database. */
  connections: number
  /** A database connection broke. */
  onError: (error: unknown) => void
  copyKeys: CopyKeys
  onRefused: () => void
  metrics: GatewayMetrics
  feedMetrics: FeedMetrics
  logger: Logger
}

/** All that a gateway has of one log: how its messages come, and where it reads what was before. */
export interface OpenedLog extends LogAddresses {
  log: LogReader
  feed: Feed
  replay: Replay
  /** Leaves Redis; the log is closed by itself. */
  close: () => void
}

export function openLog(addresses: LogAddresses, options: OpenLogOptions): OpenedLog {
  const { copyKeys, onRefused, metrics, feedMetrics, logger } = options
  const log = new LogReader({ ...addresses, ...options, logId: addresses.id })
  const keys = new RedisKeys(options.redisPrefix, addresses.id)
  const link = { url: addresses.redisUrl, key: keys.watermark, logger }
  const redis: Redis = connectRedis({ ...link, name: 'causeway-gateway' })
  const recent = new RedisReplay(redis, keys, copyKeys, onRefused)
  const replay = new Replay({ recent, log, metrics, keepMs: 1_000 })
  const feed = new Feed({
    ...options,
    subscriber: connectSubscriber({ ...link, name: 'causeway-gateway-link' }),
    keys,
    log,
    replay,
    metrics: feedMetrics,
    tickMs: 500,
    lookMs: 1_000,
  })
  const close = (): void => {
    feed.close()
    redis.disconnect()
  }
  return { ...addresses, log, feed, replay, close }
}
