import { Problem } from '../contract/problem.ts'
import { RedisKeys } from '../contract/redisKeys.ts'
import { readConfig } from '../chassis/config.ts'
import { createApp, createHttpServer } from '../chassis/http.ts'
import { exitOnCrash, runService } from '../chassis/lifecycle.ts'
import { createLogger } from '../chassis/logger.ts'
import { createRegistry } from '../chassis/metrics.ts'
import { connectRedis, connectSubscriber } from '../chassis/redis.ts'
import { VERSION } from '../chassis/version.ts'
import { LogReader } from '../history/logReader.ts'
import { gatewayConfig } from './config.ts'
import { Admission } from './admission.ts'
import { Feed } from './feed.ts'
import { fastPath } from './fastPath.ts'
import { getEvents } from './getEvents.ts'
import { exposedCollector, HeapTrim, loopUtilization } from './heapTrim.ts'
import { createGatewayMetrics } from './metrics.ts'
import { openEvents } from './openEvents.ts'
import { Reader } from './reader.ts'
import { Recent } from './recent.ts'
import { SlowReaders } from './slowReaders.ts'
import { Streams } from './streams.ts'

const config = readConfig('gateway', gatewayConfig, {
  env: process.env,
  argv: process.argv.slice(2),
})
const logger = createLogger('gateway', config.LOG_LEVEL)
exitOnCrash(logger)
const registry = createRegistry('gateway', VERSION)
const metrics = createGatewayMetrics(registry)

const history = new LogReader({
  databaseUrl: config.DATABASE_URL,
  logId: config.LOG_ID,
  connections: config.DATABASE_CONNECTIONS,
  onError: (error) => logger.warn({ err: error }, 'a database connection broke'),
})
const keys = new RedisKeys(config.REDIS_PREFIX, config.LOG_ID)
const redis = connectRedis(config.REDIS_URL, 'causeway-gateway', logger)
const recent = new Recent(redis, keys)
const feed = new Feed({
  subscriber: connectSubscriber(config.REDIS_URL, 'causeway-gateway-link', logger),
  keys,
  log: history,
  reader: new Reader({
    recent: (...query) => recent.read(...query),
    range: (query) => history.range(query),
    metrics,
    keepMs: 1_000,
  }),
  metrics,
  logger,
  beaconMs: config.BEACON_SECONDS * 1_000,
  lingerMs: config.LINGER_SECONDS * 1_000,
  ringBytes: config.RING_BYTES,
})
const slow = new SlowReaders({
  stallMs: config.STALL_SECONDS * 1_000,
  maxTotalBytes: config.MAX_TOTAL_WAITING_BYTES,
})
const admission = new Admission({
  maxStreams: config.MAX_STREAMS,
  maxStreamsPerAddress: config.MAX_STREAMS_PER_ADDRESS,
  ratePerSecond: config.STREAMS_PER_SECOND,
  burst: config.STREAMS_BURST,
  maxMemoryBytes: config.MAX_MEMORY_BYTES,
})
setInterval(() => (admission.memoryBytes = process.memoryUsage.rss()), 1_000).unref()
const streams = new Streams({
  audience: feed.audience,
  slow,
  trim: new HeapTrim(exposedCollector(), loopUtilization()),
  metrics,
  heartbeatMs: config.HEARTBEAT_SECONDS * 1_000,
  maxAgeMs: config.MAX_STREAM_SECONDS * 1_000,
  // The rest is for what ends last.
  drainMs: config.DRAIN_SECONDS * 1_000 * 0.7,
})
let draining = false
const open = openEvents({
  streams,
  slow,
  admission,
  log: history,
  metrics,
  epoch: () => feed.audience.epoch,
  isDraining: () => draining,
  proxyHops: config.PROXY_HOPS,
  stream: {
    maxWaitingBytes: config.MAX_WAITING_BYTES,
    retryMs: () => config.RETRY_SECONDS * 1_000 * (0.5 + Math.random()),
    metrics,
    onSlow: (stream) => slow.add(stream, performance.now()),
  },
})
const app = createApp({
  logger,
  registry,
  corsOrigins: config.CORS_ORIGINS,
  routes: [{ path: '/events', streams: true, get: getEvents(open) }],
})
const listener = fastPath(open, app, (err) => logger.error({ err }, 'a stream could not be begun'))
feed.start()
streams.start()

await runService({
  logger,
  registry,
  metrics: { host: config.METRICS_HOST, port: config.METRICS_PORT },
  servers: [{ server: createHttpServer(listener), host: config.HOST, port: config.PORT }],
  // Only a first look at the log: with Redis away it is followed instead, and with Postgres away live streams go on.
  ready: async () => {
    if (feed.audience.epoch === undefined) {
      throw new Problem('unavailable', 'The log has not been seen yet.')
    }
  },
  drain: (signal) => {
    draining = true
    return streams.drain(signal)
  },
  close: async () => {
    feed.close()
    redis.disconnect()
    await history.close()
  },
  drainSeconds: config.DRAIN_SECONDS,
})
