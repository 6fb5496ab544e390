import { Problem } from '../contract/problem.ts'
import { RedisKeys } from '../contract/redisKeys.ts'
import { readConfig } from '../chassis/config.ts'
import { CopyKeys } from '../chassis/copyKeys.ts'
import { createCollector, HeapTrim, loopUtilization } from '../chassis/heapTrim.ts'
import { createApp, createHttpServer } from '../chassis/http.ts'
import { exitOnCrash, runService } from '../chassis/lifecycle.ts'
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
import { createListener, openFrontDoor } from './events/frontDoor.ts'
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
  logId: config.LOG_ID,
  connections: config.DATABASE_CONNECTIONS,
  onError: (error) => logger.warn({ err: error }, 'a database connection broke'),
})
const keys = new RedisKeys(config.REDIS_PREFIX, config.LOG_ID)
const copyKeys = new CopyKeys(config.COPY_KEYS)
const refused = createRefusedCopies(registry, logger)
const onRefused = (): void => refused('redis')
const redis = connectRedis(config.REDIS_URL, 'causeway-gateway', logger)
const replay = new Replay({
  recent: new RedisReplay(redis, keys, copyKeys, onRefused),
  log,
  metrics,
  keepMs: 1_000,
})
const feed = new Feed({
  subscriber: connectSubscriber(config.REDIS_URL, 'causeway-gateway-link', logger),
  keys,
  copyKeys,
  onRefused,
  log,
  replay,
  metrics,
  logger,
  tickMs: 500,
  lookMs: 1_000,
  beaconMs: config.BEACON_SECONDS * 1_000,
  lingerMs: config.LINGER_SECONDS * 1_000,
  maxChannels: config.MAX_CHANNELS,
  replayBufferBytes: config.REPLAY_BUFFER_BYTES,
})
const admission = new Admission({
  maxStreams: config.MAX_STREAMS,
  maxStreamsPerAddress: config.MAX_STREAMS_PER_ADDRESS,
  maxChannels: config.MAX_CHANNELS,
  ratePerSecond: config.STREAMS_PER_SECOND,
  burst: config.STREAMS_BURST,
  maxMemoryBytes: config.MAX_MEMORY_BYTES,
})
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
  heartbeatMs: config.HEARTBEAT_SECONDS * 1_000,
  maxAgeMs: config.MAX_STREAM_SECONDS * 1_000,
  maxWaitingBytes: config.MAX_WAITING_BYTES,
  stallMs: config.STALL_SECONDS * 1_000,
  maxTotalBytes: config.MAX_TOTAL_WAITING_BYTES,
  // The rest is for what ends last.
  drainMs: config.DRAIN_SECONDS * 1_000 * 0.7,
  retryMs,
})
let isDraining = false
const handle = createHandler({
  hub: feed.hub,
  connections,
  admission,
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
  routes: [{ path: '/events', answeredBefore: ['GET', 'HEAD'] }],
})
const server = createHttpServer(createListener(handle, app))
openFrontDoor(server, handle, clock)
feed.start()
const stopConnections = connections.start()

await runService({
  logger,
  registry,
  metrics: { host: config.METRICS_HOST, port: config.METRICS_PORT },
  servers: [{ server, host: config.HOST, port: config.PORT }],
  // Only a first look at the log: with Redis away it is followed instead, and with Postgres away live streams go on.
  ready: async () => {
    if (feed.hub.epoch === undefined) throw new Problem('unavailable', 'The log was not seen yet.')
  },
  drain: (signal) => {
    isDraining = true
    return connections.drain(signal)
  },
  close: async () => {
    stopConnections()
    feed.close()
    redis.disconnect()
    await log.close()
  },
  drainSeconds: config.DRAIN_SECONDS,
})
