import { Problem } from '../contract/problem.ts'
import { RedisKeys } from '../contract/redisKeys.ts'
import { createAuth } from '../chassis/auth/auth.ts'
import { readConfig } from '../chassis/config.ts'
import { CopyKeys } from '../chassis/copyKeys.ts'
import { createEndedEpochs } from '../chassis/endedEpochs.ts'
import { createCollector, HeapTrim, loopUtilization } from '../chassis/heapTrim.ts'
import { createApp, createHttpServer } from '../chassis/http.ts'
import { exitOnCrash, runService } from '../chassis/lifecycle.ts'
import { createLimit } from '../chassis/limits/createLimit.ts'
import { createLimitMetrics } from '../chassis/limits/limitMetrics.ts'
import { openSharedLimits } from '../chassis/limits/sharedLimits.ts'
import { createLogger } from '../chassis/logger.ts'
import { createRegistry } from '../chassis/metrics.ts'
import { connectRedis, connectSubscriber } from '../chassis/redis.ts'
import { createRefusedCopies } from '../chassis/refusedCopies.ts'
import { VERSION } from '../chassis/version.ts'
import { LogReader } from '../history/logReader.ts'
import { gatewayConfig } from './config.ts'
import { Admission } from './events/admission.ts'
import { clock } from '../chassis/clock.ts'
import { Connections } from './events/connections.ts'
import { createListener, openFrontDoor, ROUTES } from './events/frontDoor.ts'
import { createHandler } from './events/handler.ts'
import { Feed } from './feed/feed.ts'
import { createGatewayMetrics } from './metrics.ts'
import { RedisReplay } from './replay/redisReplay.ts'
import { Replay } from './replay/replay.ts'

const config = readConfig('gateway', gatewayConfig)
const logger = createLogger('gateway', config.LOG_LEVEL)
exitOnCrash(logger)
const registry = createRegistry('gateway', VERSION)
const metrics = createGatewayMetrics(registry)

const log = new LogReader({
  databaseUrl: config.DATABASE_URL,
  replicaUrl: config.DATABASE_REPLICA_URL,
  logId: config.LOG_ID,
  connections: config.DATABASE_CONNECTIONS,
  onError: (error) => logger.warn({ err: error }, 'a database connection broke'),
})
const keys = new RedisKeys(config.REDIS_PREFIX, config.LOG_ID)
const copyKeys = new CopyKeys(config.COPY_KEYS)
const refused = createRefusedCopies(registry, logger)
const onRefused = (): void => refused('redis')
const link = { url: config.REDIS_URL, key: keys.watermark, logger }
const redis = connectRedis({ ...link, name: 'causeway-gateway' })
const replay = new Replay({
  recent: new RedisReplay(redis, keys, copyKeys, onRefused),
  log,
  metrics,
  keepMs: 1_000,
})
const feed = new Feed({
  subscriber: connectSubscriber({ ...link, name: 'causeway-gateway-link' }),
  keys,
  copyKeys,
  onRefused,
  log,
  onEpochEnded: createEndedEpochs(registry, logger),
  replay,
  metrics,
  logger,
  tickMs: 500,
  lookMs: 1_000,
  linkTimeoutMs: config.LINK_TIMEOUT_SECONDS * 1_000,
  unsubscribeDelayMs: config.UNSUBSCRIBE_DELAY_SECONDS * 1_000,
  maxChannels: config.MAX_CHANNELS,
  replayBufferBytes: config.REPLAY_BUFFER_BYTES,
})
const auth = createAuth({
  config,
  changes: (after, limit) => log.accessChanges(after, limit),
  registry,
  logger,
  clock,
})
const admission = new Admission({
  maxStreams: config.MAX_STREAMS,
  maxChannels: config.MAX_CHANNELS,
  ratePerSecond: config.STREAMS_PER_SECOND,
  burst: config.STREAMS_BURST,
  maxMemoryBytes: config.MAX_MEMORY_BYTES,
  perAddress: {
    maxStreams: config.MAX_STREAMS_PER_ADDRESS,
    maxChannels: config.MAX_CHANNELS_PER_ADDRESS,
    ratePerSecond: config.STREAMS_PER_SECOND_PER_ADDRESS,
    burst: config.STREAMS_BURST_PER_ADDRESS,
  },
  perPrincipal: {
    maxStreams: config.MAX_STREAMS_PER_PRINCIPAL,
    maxChannels: config.MAX_CHANNELS_PER_PRINCIPAL,
    // All gateways count these together, see below.
    ratePerSecond: Infinity,
    burst: Infinity,
  },
})
const shared = openSharedLimits(config, 'gateway', logger)
const limit = createLimit(
  {
    name: 'streams',
    perPrincipal: config.STREAMS_PER_MINUTE,
    perAddress: config.STREAMS_PER_MINUTE_PER_ADDRESS,
  },
  {
    ...shared,
    refusals: createLimitMetrics(registry, ['streams', 'streams-by-address']),
    now: clock.now,
  },
)
const trim = new HeapTrim(createCollector(), loopUtilization())
setInterval(() => {
  trim.look(admission.admitted)
  admission.memoryBytes = process.memoryUsage.rss()
}, 1_000).unref()
const retryMs = (): number => config.RETRY_SECONDS * 1_000 * (0.5 + Math.random())
const connections = new Connections({
  hub: feed.hub,
  admission,
  metrics,
  clock,
  wallNow: () => Date.now(),
  heartbeatMs: config.HEARTBEAT_SECONDS * 1_000,
  maxAgeMs: config.MAX_STREAM_SECONDS * 1_000,
  connectionBufferBytes: config.CONNECTION_BUFFER_BYTES,
  stallMs: config.STALL_SECONDS * 1_000,
  totalBufferBytes: config.TOTAL_BUFFER_BYTES,
  // The rest of the time is for streams that end last.
  drainMs: config.DRAIN_SECONDS * 1_000 * 0.7,
  retryMs,
})
auth?.access.onChange((concerns) =>
  connections.review(concerns, (identity, channels) =>
    auth.access.denial(identity, 'read', channels),
  ),
)
let isDraining = false
const handle = createHandler({
  auth,
  hub: feed.hub,
  connections,
  admission,
  limit,
  findStart: (query, isWanted) => replay.findStart(query, isWanted),
  metrics,
  logger,
  isDraining: () => isDraining,
  corsOrigins: config.CORS_ORIGINS,
  proxyHops: config.PROXY_HOPS,
  retryMs,
  now: clock.now,
})
const app = createApp({
  logger,
  registry,
  corsOrigins: config.CORS_ORIGINS,
  routes: ROUTES,
})
const server = createHttpServer(createListener(handle, app))
openFrontDoor(server, handle, clock)
feed.start()
const stopAuth = auth?.start()
const stopConnections = connections.start()

await runService({
  logger,
  registry,
  metrics: { host: config.METRICS_HOST, port: config.METRICS_PORT },
  servers: [{ server, host: config.HOST, port: config.PORT }],
  // Only a first look at the log: without Redis the gateway follows the log, and without Postgres live streams go on.
  ready: async () => {
    if (feed.hub.epoch === undefined) throw new Problem('unavailable', 'The log was not read yet.')
    if (auth?.access.wasRead === false) throw new Problem('unavailable', 'No grants were read yet.')
  },
  drain: (signal) => {
    isDraining = true
    return connections.drain(signal)
  },
  close: async () => {
    stopConnections()
    stopAuth?.()
    feed.close()
    redis.disconnect()
    shared.close()
    await log.close()
  },
  drainSeconds: config.DRAIN_SECONDS,
})
