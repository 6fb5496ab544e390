import { createIsAllowed, createRequireAccess } from '../chassis/auth/middleware.ts'
import { createAuth } from '../chassis/auth/auth.ts'
import { clock } from '../chassis/clock.ts'
import { readConfig } from '../chassis/config.ts'
import { CopyKeys } from '../chassis/copyKeys.ts'
import { createCrashPoint } from '../chassis/crashPoint.ts'
import { createHttpServer } from '../chassis/http.ts'
import { readLayout } from '../chassis/layout.ts'
import { exitOnCrash, runService } from '../chassis/lifecycle.ts'
import { createLogger } from '../chassis/logger.ts'
import { createRegistry } from '../chassis/metrics.ts'
import { createRefusedCopies } from '../chassis/refusedCopies.ts'
import { openSharedLimits } from '../chassis/limits/sharedLimits.ts'
import { VERSION } from '../chassis/version.ts'
import { MQTT_WINDOW_BYTES } from '../contract/limits.ts'
import { AcceptSignal } from './acceptSignal.ts'
import { AcceptMessage, type AcceptOptions } from './acceptMessage.ts'
import { RetentionLog } from '../history/retention.ts'
import { createIngest } from './app.ts'
import { createArchive } from './archive.ts'
import { Brokers } from './brokers.ts'
import { createClockMetrics } from './clockMetrics.ts'
import { ingestConfig } from './config.ts'
import { HeadWatchers } from './headWatchers.ts'
import { createIngestLimits } from './ingestLimits.ts'
import { LogWork } from './logWork.ts'
import { createIngestMetrics } from './metrics.ts'
import { MqttPosts } from './mqttPosts.ts'
import { isMqttSignal, MqttSignals } from './mqttSignals.ts'
import { openOccupancy } from './occupancy.ts'
import { openLogs } from './openLogs.ts'
import { createOutboxMetrics } from './outboxMetrics.ts'
import { createReaderMetrics } from './readerMetrics.ts'
import { Retries } from './retries.ts'
import { createSearchMetrics } from './searchMetrics.ts'
import { Watch } from './watch.ts'

/** An answer to a post is as large as its message, and would stay in memory as long as its client does not read it. */
const STALL_MILLISECONDS = 30_000

const config = readConfig('ingest', ingestConfig)
const logger = createLogger('ingest', config.LOG_LEVEL)
exitOnCrash(logger)
const registry = createRegistry('ingest', VERSION)
const metrics = createIngestMetrics(registry)
const { posts, signals, mqttPosts, receipts, publishes, inFlight } = metrics

const layout = readLayout('ingest', ingestConfig, config)
const onError = (error: Error): void => logger.warn({ err: error }, 'a database connection broke')
const { logs, common, close: closeLogs } = openLogs(config, layout, onError)
createClockMetrics(registry, () => logs.clocks)
const copyKeys = new CopyKeys(config.COPY_KEYS)
const brokers = new Brokers(layout, {
  sessionsOf: (id) => logs.get(id).mqttSessions,
  publishing: {
    prefix: config.MQTT_PREFIX,
    copyKeys,
    window: config.MQTT_WINDOW,
    windowBytes: MQTT_WINDOW_BYTES,
    publishes,
    inFlight,
  },
  logger,
})
const refused = createRefusedCopies(registry, logger)
const { occupancyOf, close: closeOccupancy } = openOccupancy(config, layout, {
  copyKeys,
  onRefused: () => refused('redis'),
  registry,
  clock,
  logger,
})
const shared = openSharedLimits(config, 'ingest', logger)
const limits = createIngestLimits({
  postsPerMinute: config.POSTS_PER_MINUTE,
  postsPerMinutePerAddress: config.POSTS_PER_MINUTE_PER_ADDRESS,
  signalsPerMinute: config.SIGNALS_PER_MINUTE,
  signalsPerMinutePerAddress: config.SIGNALS_PER_MINUTE_PER_ADDRESS,
  historyBytesPerMinute: config.HISTORY_BYTES_PER_MINUTE,
  historyBytesPerMinutePerAddress: config.HISTORY_BYTES_PER_MINUTE_PER_ADDRESS,
  newChannelsPerDay: config.NEW_CHANNELS_PER_DAY,
  storedBytesPerDay: config.STORED_BYTES_PER_DAY,
  proxyHops: config.PROXY_HOPS,
  shared,
  registry,
  add: (...use) => common.addToQuota(...use),
  exists: async (channel) => (await logs.channel(channel)).head > 0,
})
const crashPoint = createCrashPoint(config.CRASH_DIR)
const auth = createAuth({
  config,
  changes: (after, limit) => common.accessChanges(after, limit),
  registry,
  logger,
  clock,
})
const stopping = new AbortController()
const publish: AcceptOptions['publish'] = (entry, epoch) => {
  crashPoint('after-commit')
  brokers.publish(entry, epoch)
  crashPoint('after-publish')
}
const acceptMessage = new AcceptMessage({
  requireAccess: createRequireAccess(auth?.access),
  isAllowed: createIsAllowed(auth?.access),
  maxEventBytes: config.MAX_EVENT_BYTES,
  limits: limits.posts,
  append: (draft) => logs.append(draft),
  publish,
})
const acceptSignal = new AcceptSignal({
  requireAccess: createRequireAccess(auth?.access),
  copyKeys,
  publish: (...signal) => brokers.signal(...signal),
  wallNow: () => Date.now(),
})
const { logOf } = logs
const watchers = new HeadWatchers({ logs: logs.all, logOf, clock })
createReaderMetrics(registry, { waits: () => watchers.size, exports: () => limits.exports.size })
const app = createIngest({
  logger,
  registry,
  auth,
  corsOrigins: config.CORS_ORIGINS,
  logs,
  occupancyOf,
  markers: common.markers,
  acceptMessage,
  posts,
  acceptSignal,
  signals,
  bodyLimits: { maxBytes: config.MAX_BODY_BYTES, maxReadingBytes: config.APPEND_QUEUE_BYTES },
  limits,
  stopping: stopping.signal,
  watcher: watchers,
})

const archiveDirectory = config.RETENTION_ARCHIVE_DIR
const archive = archiveDirectory === undefined ? undefined : createArchive(archiveDirectory)
const works = layout.logs.map(({ id: logId, DATABASE_URL: databaseUrl }) => {
  const log = logs.get(logId)
  return new LogWork({
    log,
    maxEventBytes: config.MAX_EVENT_BYTES,
    publish,
    rules: config.RETENTION,
    openRetention: () => new RetentionLog({ databaseUrl, logId, onError, archive }),
    metrics,
    logger,
  })
})
const watches = [
  new Watch({ look: () => logs.outbox(), ...createOutboxMetrics(registry), clock }),
  new Watch({ look: () => logs.searchState(), ...createSearchMetrics(registry), clock }),
]

const mqttPosting = new MqttPosts({
  prefix: config.MQTT_PREFIX,
  maxBytes: config.MAX_BODY_BYTES,
  acceptMessage,
  limits: limits.posts,
  access: auth?.access,
  posts: mqttPosts,
  receipts,
  logOf,
  retries: new Retries(),
  logger,
})

const mqttSignals = new MqttSignals({
  prefix: config.MQTT_PREFIX,
  acceptSignal,
  limit: limits.signals,
  access: auth?.access,
  signals,
})

const stopAuth = auth?.start()
brokers.openDoors(async (packet, ...received) => {
  if (isMqttSignal(packet)) mqttSignals.handle(packet)
  else await mqttPosting.handle(packet, ...received)
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
    await auth?.access.requireRead()
    await logs.check()
  },
  drain: async () => {
    stopping.abort()
    // Whoever waits for messages gets an empty page, and asks again elsewhere.
    watchers.end()
    await Promise.all(works.map((work) => work.endMoves()))
  },
  close: async () => {
    await brokers.closeDoors()
    stopAuth?.()
    shared.close()
    closeOccupancy()
    const background = [...watches, ...works].map((each) => each.close())
    await Promise.all([brokers.close(), ...background])
    await closeLogs()
  },
  drainSeconds: config.DRAIN_SECONDS,
})
