import { RedisKeys } from '../contract/redisKeys.ts'
import { readConfig } from '../chassis/config.ts'
import { CopyKeys } from '../chassis/copyKeys.ts'
import { createCrashPoint } from '../chassis/crashPoint.ts'
import { createEndedEpochs } from '../chassis/endedEpochs.ts'
import { exitOnCrash, runService } from '../chassis/lifecycle.ts'
import { createLogger } from '../chassis/logger.ts'
import { createRegistry } from '../chassis/metrics.ts'
import { connectMqtt, endMqtt } from '../chassis/mqtt.ts'
import { connectRedis } from '../chassis/redis.ts'
import { createRefusedCopies } from '../chassis/refusedCopies.ts'
import { VERSION } from '../chassis/version.ts'
import { Problem } from '../contract/problem.ts'
import { LogReader } from '../history/logReader.ts'
import { bridgeConfig } from './config.ts'
import { createBridgeMetrics } from './metrics.ts'
import { RedisLog } from './redisLog.ts'
import { Relay } from './relay.ts'
import { subscribeToChannels } from './subscription.ts'

const config = readConfig('bridge', bridgeConfig)
const logger = createLogger('bridge', config.LOG_LEVEL)
exitOnCrash(logger)
const registry = createRegistry('bridge', VERSION)

const log = new LogReader({
  databaseUrl: config.DATABASE_URL,
  logId: config.LOG_ID,
  // At most one look at the head and one read of a hole at a time.
  connections: 2,
  onError: (error) => logger.warn({ err: error }, 'a database connection broke'),
})
const keys = new RedisKeys(config.REDIS_PREFIX, config.LOG_ID)
const redis = connectRedis({
  url: config.REDIS_URL,
  key: keys.watermark,
  name: 'causeway-bridge',
  logger,
})
const mqtt = connectMqtt(config.MQTT_URL, 'causeway-bridge', logger)

const copyKeys = new CopyKeys(config.COPY_KEYS)
const refused = createRefusedCopies(registry, logger)
const crashPoint = createCrashPoint(config.CRASH_DIR)
const copy = new RedisLog(redis, keys, {
  copyKeys,
  onRefused: () => refused('redis'),
  recentLength: config.RECENT_LENGTH,
  recentSeconds: config.RECENT_SECONDS,
})
const relay = new Relay({
  log,
  copy: {
    open: (epoch, low) => copy.open(epoch, low),
    append: async (after, entries) => {
      const extent = await copy.append(after, entries)
      crashPoint('after-redis-append')
      return extent
    },
    watermark: (epoch) => copy.watermark(epoch),
  },
  metrics: createBridgeMetrics(registry),
  onEpochEnded: createEndedEpochs(registry, logger),
  logger,
  tickMs: 1_000,
  reorderWaitMs: config.REORDER_WAIT_MS,
  after: (ms, run) => void setTimeout(run, ms).unref(),
})
subscribeToChannels(mqtt, {
  prefix: config.MQTT_PREFIX,
  copyKeys,
  onRefused: () => refused('mqtt'),
  onEntry: (epoch, entry) => {
    relay.receive(epoch, entry)
    crashPoint('before-puback')
  },
  onSubscribed: () => relay.look(),
  logger,
})
redis.on('ready', () => relay.look())
relay.start()

await runService({
  logger,
  registry,
  metrics: { host: config.METRICS_HOST, port: config.METRICS_PORT },
  ready: async () => {
    if (!relay.follows) throw new Problem('unavailable', 'Redis does not follow the log yet.')
  },
  close: async () => {
    await relay.close()
    await Promise.all([endMqtt(mqtt, 500), log.close()])
    redis.disconnect()
  },
  drainSeconds: config.DRAIN_SECONDS,
})
