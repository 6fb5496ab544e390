import type { Registry } from 'prom-client'
import type { z } from 'zod'
import type { Clock } from '../chassis/clock.ts'
import type { CopyKeys } from '../chassis/copyKeys.ts'
import type { Layout } from '../chassis/layout.ts'
import type { Logger } from '../chassis/logger.ts'
import { PresenceReader } from '../chassis/presenceReader.ts'
import { createPrimedCounter } from '../chassis/primedCounter.ts'
import { connectRedis } from '../chassis/redis.ts'
import { RedisKeys } from '../contract/redisKeys.ts'
import type { ingestConfig } from './config.ts'
import { groupBy } from './groupBy.ts'
import { LogOccupancy, MAX_WAIT_MS } from './logOccupancy.ts'

/** How many people are in channels, in their order; null if that is not known. It takes a quarter of a second at most, and never rejects. */
export type OccupancyOf = (channels: readonly string[]) => Promise<(number | null)[]>

/** Over all logs, of which none waits for another one. */
function occupancyOfLogs(
  logs: ReadonlyMap<number, Pick<LogOccupancy, 'of'>>,
  logOf: (channel: string) => number,
): OccupancyOf {
  return async (channels) => {
    const counts = new Map<string, number>()
    await Promise.all(
      [...groupBy(channels, logOf)].map(async ([log, own]) => {
        const found = await logs.get(log)?.of(own)
        found?.forEach((count, at) => counts.set(own[at] ?? '', count))
      }),
    )
    return channels.map((channel) => counts.get(channel) ?? null)
  }
}

interface OpenOccupancyOptions {
  copyKeys: CopyKeys
  onRefused: () => void
  registry: Registry
  clock: Clock
  logger: Logger
}

/** Connects to the Redis of each log that has one. */
export function openOccupancy(
  config: Pick<z.output<typeof ingestConfig>, 'REDIS_PREFIX' | 'PRESENCE_LIMIT'>,
  layout: Layout<{ REDIS_URL?: string | undefined }>,
  options: OpenOccupancyOptions,
): { occupancyOf: OccupancyOf; close: () => void } {
  const { copyKeys, onRefused, registry, clock, logger } = options
  const looks = createPrimedCounter(registry, {
    name: 'causeway_occupancy_looks_total',
    help: 'Looks into Redis for how many people are in channels, by outcome: told; failed (away or too slow: occupancy is null)',
    label: 'outcome',
    values: { told: 0, failed: 0 },
  })
  const onLook = (outcome: 'told' | 'failed'): void => looks.inc({ outcome })
  const links = layout.logs.flatMap(({ id, REDIS_URL: url }) => {
    if (url === undefined) return []
    const keys = new RedisKeys(config.REDIS_PREFIX, id)
    // No channel has this key: it only says where all of them are.
    const link = { url, key: keys.presencePrefix, name: 'causeway-ingest-presence', logger }
    const redis = connectRedis(link, MAX_WAIT_MS)
    const limit = config.PRESENCE_LIMIT
    const reader = new PresenceReader({ redis, keys, copyKeys, onRefused, limit })
    return [{ id, redis, log: new LogOccupancy({ reader, onLook, clock }) }]
  })
  const logs = new Map(links.map(({ id, log }) => [id, log]))
  return {
    occupancyOf: occupancyOfLogs(logs, (channel) => layout.channelLogs.logOf(channel)),
    close: () => {
      for (const { redis } of links) redis.disconnect()
    },
  }
}
