import type { z } from 'zod'
import { connectionShare } from '../chassis/connectionShare.ts'
import type { Layout } from '../chassis/layout.ts'
import { LogReader } from '../history/logReader.ts'
import type { gatewayConfig } from './config.ts'
import { createFeedGauges } from './feed/feedGauges.ts'
import type { GatewayMetrics } from './metrics.ts'
import { openLog, type OpenedLog, type OpenLogOptions } from './openLog.ts'

type Config = z.output<typeof gatewayConfig>

/** For what comes over Redis while logs are read, all together; and the least for one, which is some of the largest messages. */
const CATCH_UP_BYTES = 16_777_216
const MIN_CATCH_UP_BYTES = 2_097_152
/** Two looks, and one to read with. */
const LEAST_CONNECTIONS = 3

interface OpenedLogs {
  logs: OpenedLog[]
  /** Reads the database without a name, which has the grants for all logs, and may hold none itself. */
  common: LogReader
  /** After each log's own `close`. */
  close: () => Promise<void>
}

/** All logs of the layout. Each has its share of what bounds the gateway. */
export function openLogs(
  config: Config,
  layout: Layout<Config>,
  options: Pick<OpenLogOptions, 'copyKeys' | 'onRefused' | 'onEpochEnded' | 'logger'> & {
    metrics: GatewayMetrics
  },
): OpenedLogs {
  const { metrics, logger } = options
  const onError = (error: unknown): void =>
    logger.warn({ err: error }, 'a database connection broke')
  const gaugesOfOne = createFeedGauges(metrics)
  const share = 1 / layout.logs.length
  const logs = layout.logs.map(({ id, DATABASE_URL, DATABASE_REPLICA_URL, REDIS_URL }) =>
    openLog(
      { id, databaseUrl: DATABASE_URL, replicaUrl: DATABASE_REPLICA_URL, redisUrl: REDIS_URL },
      {
        ...options,
        redisPrefix: config.REDIS_PREFIX,
        connections: connectionShare(config, layout.logs, DATABASE_URL, LEAST_CONNECTIONS),
        onError,
        feedMetrics: gaugesOfOne(),
        linkTimeoutMs: config.LINK_TIMEOUT_SECONDS * 1_000,
        unsubscribeDelayMs: config.UNSUBSCRIBE_DELAY_SECONDS * 1_000,
        maxChannels: config.MAX_CHANNELS * share,
        replayBufferBytes: config.REPLAY_BUFFER_BYTES * share,
        catchUpBytes: Math.max(CATCH_UP_BYTES * share, MIN_CATCH_UP_BYTES),
      },
    ),
  )
  const common =
    logs.find(({ databaseUrl }) => databaseUrl === config.DATABASE_URL)?.log ??
    new LogReader({
      databaseUrl: config.DATABASE_URL,
      logId: config.LOG_ID,
      isCommon: true,
      connections: 1,
      onError,
    })
  const readers = new Set([common, ...logs.map(({ log }) => log)])
  return {
    logs,
    common,
    close: async () => {
      await Promise.all([...readers].map((reader) => reader.close()))
    },
  }
}
