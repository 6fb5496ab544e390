import { setTimeout } from 'node:timers/promises'
import { createIsAllowed, createRequireAccess } from '../chassis/auth/middleware.ts'
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
import { AcceptMessage, type AcceptOptions } from './acceptMessage.ts'
import { RetentionLog } from '../history/retention.ts'
import { createIngest } from './app.ts'
import { createArchive } from './archive.ts'
import { createClockMetrics } from './clockMetrics.ts'
import { ingestConfig } from './config.ts'
import { HeadWatcher } from './headWatcher.ts'
import { createIngestLimits } from './ingestLimits.ts'
import { KeyExpiry } from './keyExpiry.ts'
import { createIngestMetrics } from './metrics.ts'
import { MqttDoor } from './mqttDoor.ts'
import { MqttPosts } from './mqttPosts.ts'
import { OutboxMover } from './outboxMover.ts'
import { createOutboxMetrics, OutboxWatch } from './outboxWatch.ts'
import { Publisher } from './publisher.ts'
import { createReaderMetrics } from './readerMetrics.ts'
import { Retention } from './retention.ts'
import { SearchIndexer } from './searchIndexer.ts'

/** A stop need not wait longer for the broker: the bridges read in the log what is not acknowledged by then. */
const FLUSH_MILLISECONDS = 2000

/** Far from the end of the broker's numbers, 65,535: some thousands come until the next session has taken over. */
const MQTT_SESSION_PACKETS = 50_000

/** An answer to a post is as large as its message, and would stay in memory as long as its client does not read it. */
const STALL_MILLISECONDS = 30_000

const config = readConfig('ingest', ingestConfig)
const logger = createLogger('ingest', config.LOG_LEVEL)
exitOnCrash(logger)
const registry = createRegistry('ingest', VERSION)
const { posts, mqttPosts, receipts, publishes, inFlight, retention } = createIngestMetrics(registry)

const database = {
  databaseUrl: config.DATABASE_URL,
  logId: config.LOG_ID,
  onError: (error: Error) => logger.warn({ err: error }, 'a database connection broke'),
}
const log = new LogWriter({
  ...database,
  replicaUrl: config.DATABASE_REPLICA_URL,
  connections: config.DATABASE_CONNECTIONS,
  appendQueueBytes: config.APPEND_QUEUE_BYTES,
  keySeconds: config.IDEMPOTENCY_SECONDS,
  changeSeconds: config.CHANGE_SECONDS,
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
const searchIndexer = new SearchIndexer({
  index: () => log.indexSome(),
  clock,
  rest: setTimeout,
  logger,
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
const stopping = new AbortController()
const publish: AcceptOptions['publish'] = (entry, epoch) => {
  crashPoint('after-commit')
  publisher.publish(entry, epoch)
  crashPoint('after-publish')
}
const acceptMessage = new AcceptMessage({
  requireAccess: createRequireAccess(auth?.access),
  isAllowed: createIsAllowed(auth?.access),
  maxEventBytes: config.MAX_EVENT_BYTES,
  limits: limits.posts,
  append: (draft) => log.append(draft),
  publish,
})
const watcher = new HeadWatcher({ heads: (channels) => log.heads(channels), clock })
createReaderMetrics(registry, { waits: () => watcher.size, exports: () => limits.exports.size })
const app = createIngest({
  logger,
  registry,
  auth,
  corsOrigins: config.CORS_ORIGINS,
  log,
  acceptMessage,
  posts,
  bodyLimits: { maxBytes: config.MAX_BODY_BYTES, maxReadingBytes: config.APPEND_QUEUE_BYTES },
  limits,
  stopping: stopping.signal,
  watcher,
})

const outbox = new OutboxMover({
  move: () => log.moveOutbox(config.MAX_EVENT_BYTES),
  publish,
  posts,
  clock,
  logger,
})
const outboxWatch = new OutboxWatch({
  look: () => log.outbox(),
  metrics: createOutboxMetrics(registry),
  clock,
})

const mqttPosting = new MqttPosts({
  prefix: config.MQTT_PREFIX,
  maxBytes: config.MAX_BODY_BYTES,
  acceptMessage,
  limits: limits.posts,
  access: auth?.access,
  posts: mqttPosts,
  receipts,
  logger,
})

const stopAuth = auth?.start()
const mqttDoor = new MqttDoor({
  url: config.MQTT_URL,
  prefix: config.MQTT_PREFIX,
  mostPackets: MQTT_SESSION_PACKETS,
  handle: (...received) => mqttPosting.handle(...received),
  sessions: log.mqttSessions,
  clock,
  logger,
})

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
  drain: async () => {
    stopping.abort()
    // Whoever waits for messages gets an empty page, and asks again elsewhere.
    watcher.end()
    await outbox.close()
  },
  close: async () => {
    await mqttDoor.close(FLUSH_MILLISECONDS)
    stopAuth?.()
    shared.close()
    const background = [keyExpiry, outboxWatch, searchIndexer, remover].map((each) => each?.close())
    await Promise.all([publisher.flush(FLUSH_MILLISECONDS), ...background])
    await Promise.all([endMqtt(mqtt, 500), log.close()])
  },
  drainSeconds: config.DRAIN_SECONDS,
})
