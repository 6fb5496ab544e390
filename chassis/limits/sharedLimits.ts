import type { Logger } from '../logger.ts'
import { connectRedis } from '../redis.ts'
import { limitKey, type StoreOptions } from './store.ts'

interface SharedLimitsConfig {
  LIMITS_REDIS_URL?: string | undefined
  REDIS_PREFIX: string
  LIMITS_REPLICAS: number
}

/**
 * Where the replicas of a service count together, by the variables of `limitsConfig`; `close` when nothing counts any more. A command
 * that takes longer than `timeoutMs` counts in memory.
 */
export function openSharedLimits(
  config: SharedLimitsConfig,
  service: string,
  logger: Logger,
  timeoutMs?: number,
): StoreOptions & { close: () => void } {
  const url = config.LIMITS_REDIS_URL
  const key = limitKey(config.REDIS_PREFIX)
  const name = `causeway-${service}-limits`
  const redis = url === undefined ? undefined : connectRedis({ url, key, name, logger }, timeoutMs)
  return {
    redis,
    prefix: config.REDIS_PREFIX,
    replicas: config.LIMITS_REPLICAS,
    close: () => redis?.disconnect(),
  }
}
