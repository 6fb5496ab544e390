import { setTimeout } from 'node:timers/promises'
import { createAuth } from '../chassis/auth/auth.ts'
import { clock } from '../chassis/clock.ts'
import { readConfig } from '../chassis/config.ts'
import { CopyKeys } from '../chassis/copyKeys.ts'
import { createCrashPoint } from '../chassis/crashPoint.ts'
import { createHttpServer } from '../chassis/http.ts'
import { exitOnCrash, runService } from '../chassis/lifecycle.ts'
import { createLogger } from '../chassis/logger.ts'
import { createRegistry } from '../chassis/metrics.ts'
import { connectMqtt, endMqtt } from '../chassis/mqtt.ts'
import { openSharedLimits } from '../chassis/limits/sharedLimits.ts'
import { VERSION } from '../chassis/version.ts'
import { Problem } from '../contract/problem.ts'
import { MQTT_WINDOW_BYTES } from '../contract/limits.ts'
import { LogWriter } from '../history/logWriter.ts'
import { RetentionLog } from '../history/retention.ts'
import { createIngest } from './app.ts'
import { createArchive } from './archive.ts'
import { createClockMetrics } from './clockMetrics.ts'
import { ingestConfig } from './config.ts'
import { createIngestLimits } from './ingestLimits.ts'
import { KeyExpiry } from './keyExpiry.ts'
import { createIngestMetrics } from './metrics.ts'
import { Publisher } from './publisher.ts'
import { Retention } from './retention.ts'

/** A stop need not wait longer for the broker: the bridges read in the log what is not acknowledged by then. */
const FLUSH_MILLISECONDS = 2000

/** An answer to a post is as large as its message, and would stay in memory as long as its client does not read it. */
const STALL_MILLISECONDS = 30_000

const config = readConfig('ingest', ingestConfig)
const logger = createLogger('ingest', config.LOG_LEVEL)
exitOnCrash(logger)
const registry = createRegistry('ingest', VERSION)
const { posts, publishes, inFlight, retention } = createIngestMetrics(registry)

const database = {
  databaseUrl: config.DATABASE_URL,
  logId: config.LOG_ID,
  onError: (error: Error) => logger.warn({ err: error }, 'a database connection broke'),
}
const log = new LogWriter({
  ...database,
  connections: config.DATABASE_CONNECTIONS,
  appendQueueBytes: config.APPEND_QUEUE_BYTES,
  keySeconds: config.IDEMPOTENCY_SECONDS,
})
createClockMetrics(registry, () => log.clocks)
const keyExpiry = new KeyExpiry({ forget: () => log.forgetKeys(), clock, logger })
const archiveDirectory = config.RETENTION_ARCHIVE_DIR
const remover =
  config.RETENTION.length === 0
    ? undefined
    : new Retention({
        log: new RetentionLog({
          ...database,
          archive: archiveDirectory === undefined ? undefined : createArchive(archiveDirectory),
        }),
        rules: config.RETENTION,
        clock,
        rest: setTimeout,
        logger,
        metrics: retention,
      })
const mqtt = connectMqtt(config.MQTT_URL, 'causeway-ingest', logger)
const publisher = new Publisher({
  broker: mqtt,
  prefix: config.MQTT_PREFIX,
  copyKeys: new CopyKeys(config.COPY_KEYS),
  window: config.MQTT_WINDOW,
  windowBytes: MQTT_WINDOW_BYTES,
  publishes,
  inFlight,
})
const shared = openSharedLimits(config, 'ingest', logger)
const limits = createIngestLimits({
  postsPerMinute: config.POSTS_PER_MINUTE,
  postsPerMinutePerAddress: config.POSTS_PER_MINUTE_PER_ADDRESS,
  historyBytesPerMinute: config.HISTORY_BYTES_PER_MINUTE,
  historyBytesPerMinutePerAddress: config.HISTORY_BYTES_PER_MINUTE_PER_ADDRESS,
  newChannelsPerDay: config.NEW_CHANNELS_PER_DAY,
  storedBytesPerDay: config.STORED_BYTES_PER_DAY,
  proxyHops: config.PROXY_HOPS,
  shared,
  registry,
  add: (...use) => log.addToQuota(...use),
  exists: async (channel) => (await log.channel(channel)).head > 0,
})
const crashPoint = createCrashPoint(config.CRASH_DIR)
const auth = createAuth({
  config,
  changes: (after, limit) => log.accessChanges(after, limit),
  registry,
  logger,
  clock,
})
const app = createIngest({
  logger,
  registry,
  auth,
  corsOrigins: config.CORS_ORIGINS,
  log,
  publish: (entry, epoch) => {
    crashPoint('after-commit')
    publisher.publish(entry, epoch)
    crashPoint('after-publish')
  },
  posts,
  bodyLimits: { maxBytes: config.MAX_BODY_BYTES, maxReadingBytes: config.APPEND_QUEUE_BYTES },
  maxEventBytes: config.MAX_EVENT_BYTES,
  limits,
})

const stopAuth = auth?.start()

await runService({
  logger,
  registry,
  metrics: { host: config.METRICS_HOST, port: config.METRICS_PORT },
  servers: [
    { server: createHttpServer(app, STALL_MILLISECONDS), host: config.HOST, port: config.PORT },
  ],
  // Only the database: without MQTT posts are still stored, and delivered a second late.
  ready: async () => {
    if (auth?.access.wasRead === false) throw new Problem('unavailable', 'No grants were read yet.')
    await log.check()
  },
  close: async () => {
    stopAuth?.()
    shared.close()
    await Promise.all([publisher.flush(FLUSH_MILLISECONDS), keyExpiry.close(), remover?.close()])
    await Promise.all([endMqtt(mqtt, 500), log.close()])
  },
  drainSeconds: config.DRAIN_SECONDS,
})
