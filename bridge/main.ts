import { readConfig } from '../chassis/config.ts'
import { CopyKeys } from '../chassis/copyKeys.ts'
import { createCrashPoint } from '../chassis/crashPoint.ts'
import { createEndedEpochs } from '../chassis/endedEpochs.ts'
import { readLayout } from '../chassis/layout.ts'
import { exitOnCrash, runService } from '../chassis/lifecycle.ts'
import { createLogger } from '../chassis/logger.ts'
import { createRegistry } from '../chassis/metrics.ts'
import { connectMqtt, endMqtt } from '../chassis/mqtt.ts'
import { createRefusedCopies } from '../chassis/refusedCopies.ts'
import { sharedGauge } from '../chassis/sharedGauge.ts'
import { VERSION } from '../chassis/version.ts'
import { Problem } from '../contract/problem.ts'
import { bridgeConfig } from './config.ts'
import { LogBridge } from './logBridge.ts'
import { createBridgeMetrics } from './metrics.ts'
import { servedLogs } from './servedLogs.ts'
import { subscribeToSignals } from './signalSubscription.ts'
import { subscribeToChannels } from './subscription.ts'

const config = readConfig('bridge', bridgeConfig)
const layout = readLayout('bridge', bridgeConfig, config)
const served = servedLogs(layout.logs, config.LOGS)
const logger = createLogger('bridge', config.LOG_LEVEL)
exitOnCrash(logger)
const registry = createRegistry('bridge', VERSION)

const copyKeys = new CopyKeys(config.COPY_KEYS)
const refused = createRefusedCopies(registry, logger)
const crashPoint = createCrashPoint(config.CRASH_DIR)
const metrics = createBridgeMetrics(registry)
/** Of the log that is furthest behind. */
const lagOfOne = sharedGauge(metrics.lag, (lags) => Math.max(...lags))
const onEpochEnded = createEndedEpochs(registry, logger)
const bridges = new Map(
  served.map((servers) => {
    const bridge = new LogBridge({
      servers,
      redisPrefix: config.REDIS_PREFIX,
      copying: {
        copyKeys,
        onRefused: () => refused('redis'),
        recentLength: config.RECENT_LENGTH,
        recentSeconds: config.RECENT_SECONDS,
      },
      onAppended: () => crashPoint('after-redis-append'),
      metrics: { ...metrics, lag: lagOfOne() },
      onEpochEnded,
      reorderWaitMs: config.REORDER_WAIT_MS,
      logger,
    })
    return [servers.id, bridge]
  }),
)

/** A copy of a log comes by that log's broker. So a channel's copy on any other broker is nobody's. */
const brokers = [...new Set(served.map(({ MQTT_URL }) => MQTT_URL))].map((url) => {
  const there = new Map(
    served.flatMap(({ id, MQTT_URL }) => {
      const bridge = bridges.get(id)
      return MQTT_URL === url && bridge !== undefined ? [[id, bridge]] : []
    }),
  )
  const bridgeOf = (channel: string): LogBridge | undefined =>
    there.get(layout.channelLogs.logOf(channel))
  const mqtt = connectMqtt(url, 'causeway-bridge', logger)
  subscribeToChannels(mqtt, {
    prefix: config.MQTT_PREFIX,
    copyKeys,
    isServed: (channel) => bridgeOf(channel) !== undefined,
    onRefused: () => refused('mqtt'),
    onEntry: (epoch, entry) => {
      bridgeOf(entry.channel)?.receive(epoch, entry)
      crashPoint('before-puback')
    },
    onSubscribed: () => {
      for (const bridge of there.values()) bridge.look()
    },
    logger,
  })
  const signals = connectMqtt(url, 'causeway-bridge-signals', logger)
  subscribeToSignals(signals, {
    prefix: config.MQTT_PREFIX,
    copyKeys,
    isServed: (channel) => bridgeOf(channel) !== undefined,
    onRefused: () => refused('mqtt'),
    onSignal: async (channel, sealed) => {
      const isPassed = await bridgeOf(channel)?.signal(channel, sealed)
      metrics.signals.inc({ outcome: isPassed === true ? 'passed' : 'dropped' })
    },
    onDropped: () => metrics.signals.inc({ outcome: 'dropped' }),
    now: () => performance.now(),
  })
  return [mqtt, signals]
})
for (const bridge of bridges.values()) bridge.start()

await runService({
  logger,
  registry,
  metrics: { host: config.METRICS_HOST, port: config.METRICS_PORT },
  ready: async () => {
    for (const [id, { follows }] of bridges) {
      if (!follows) throw new Problem('unavailable', `Redis does not follow log ${id} yet.`)
    }
  },
  close: async () => {
    const all = [...bridges.values()]
    await Promise.all(all.map((bridge) => bridge.endWork()))
    await Promise.all([
      ...brokers.flat().map((mqtt) => endMqtt(mqtt, 500)),
      ...all.map((bridge) => bridge.close()),
    ])
  },
  drainSeconds: config.DRAIN_SECONDS,
})
