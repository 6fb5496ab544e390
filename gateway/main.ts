import { Problem } from '../contract/problem.ts'
import { createAuth } from '../chassis/auth/auth.ts'
import { createAuthenticate, createRequireAccess } from '../chassis/auth/middleware.ts'
import { readConfig } from '../chassis/config.ts'
import { CopyKeys } from '../chassis/copyKeys.ts'
import { createEndedEpochs } from '../chassis/endedEpochs.ts'
import { createCollector, HeapTrim, loopUtilization } from '../chassis/heapTrim.ts'
import { createApp, createHttpServer } from '../chassis/http.ts'
import { readLayout } from '../chassis/layout.ts'
import { exitOnCrash, runService } from '../chassis/lifecycle.ts'
import { createLimit } from '../chassis/limits/createLimit.ts'
import { createSubjectOf } from '../chassis/limits/httpLimit.ts'
import { createLimitMetrics } from '../chassis/limits/limitMetrics.ts'
import { openSharedLimits } from '../chassis/limits/sharedLimits.ts'
import { createLogger } from '../chassis/logger.ts'
import { createRegistry } from '../chassis/metrics.ts'
import { createRefusedCopies } from '../chassis/refusedCopies.ts'
import { VERSION } from '../chassis/version.ts'
import { gatewayConfig } from './config.ts'
import { createAdmission } from './createAdmission.ts'
import { clock } from '../chassis/clock.ts'
import { Connections } from './events/connections.ts'
import { createListener, openFrontDoor, ROUTES } from './events/frontDoor.ts'
import { createHandler } from './events/handler.ts'
import { presenceRoute } from './presenceRoute.ts'
import { Hubs } from './hub/hubs.ts'
import { createGatewayMetrics } from './metrics.ts'
import { openEphemeral } from './openEphemeral.ts'
import { openLogs } from './openLogs.ts'
import { openSpread } from './spread/openSpread.ts'

/** The gateway serves the other logs if one is away for so long. */
const PATIENCE_MS = 5_000

const config = readConfig('gateway', gatewayConfig)
const logger = createLogger('gateway', config.LOG_LEVEL)
exitOnCrash(logger)
const registry = createRegistry('gateway', VERSION)
const metrics = createGatewayMetrics(registry)

const layout = readLayout('gateway', gatewayConfig, config)
const copyKeys = new CopyKeys(config.COPY_KEYS)
const refused = createRefusedCopies(registry, logger)
const onEpochEnded = createEndedEpochs(registry, logger)
const {
  logs,
  common,
  close: closeLogs,
} = openLogs(config, layout, {
  copyKeys,
  onRefused: () => refused('redis'),
  onEpochEnded,
  metrics,
  logger,
})
const byId = new Map(logs.map((log) => [log.id, log]))
const {
  ephemeral,
  ask,
  close: closeEphemeral,
} = openEphemeral({
  config,
  layout,
  copyKeys,
  onRefused: () => refused('redis'),
  registry,
  clock,
  logger,
})
const auth = createAuth({
  config,
  changes: (after, limit) => common.accessChanges(after, limit),
  registry,
  logger,
  clock,
})
const admission = createAdmission(config)
const hubs = new Hubs({
  hubs: new Map(logs.map(({ id, feed }) => [id, feed.hub])),
  logOf: (channel) => layout.channelLogs.logOf(channel),
  later: (run) => void setImmediate(run),
  hasRoomFor: (total) => admission.hasRoomFor(total),
  now: clock.now,
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
  hubs,
  admission,
  metrics,
  clock,
  wallNow: () => Date.now(),
  heartbeatMs: config.HEARTBEAT_SECONDS * 1_000,
  maxAgeMs: config.MAX_STREAM_SECONDS * 1_000,
  onEnd: (connection) => {
    const { identity } = connection
    const isShutOut = (channel: string): boolean =>
      identity !== undefined && auth?.access.isShutOut(identity, 'read', channel) === true
    ephemeral.end(connection, isShutOut)
  },
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
  hubs,
  connections,
  ephemeral,
  admission,
  limit,
  findStart: async (query, isWanted, log) => byId.get(log)?.replay.findStart(query, isWanted) ?? {},
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
  before: auth === undefined ? [] : [createAuthenticate(auth.authenticator, config.CORS_ORIGINS)],
  routes: [
    ...ROUTES,
    presenceRoute({
      requireAccess: createRequireAccess(auth?.access),
      split: (channels) => hubs.split(channels),
      ask,
      limit,
      subjectOf: createSubjectOf(config.PROXY_HOPS),
    }),
  ],
})
const server = createHttpServer(createListener(handle, app))
openFrontDoor(server, handle, clock)
for (const { feed } of logs) feed.start()
const spread = openSpread(config, {
  redis: shared.redis,
  logger,
  isReady: () => logs.some(({ feed }) => feed.hub.epoch !== undefined),
  own: () => ({ streams: connections.size, room: admission.room, isLeaving: isDraining }),
  move: (count) => connections.move(count),
  onMean: (mean) => metrics.mean.set(mean),
})
const startedAt = clock.now()
const stopAuth = auth?.start()
const stopConnections = connections.start()

await runService({
  logger,
  registry,
  metrics: { host: config.METRICS_HOST, port: config.METRICS_PORT },
  servers: [{ server, host: config.HOST, port: config.PORT }],
  // Only a first look at each log: without Redis the gateway follows the log, and without Postgres live streams go on.
  ready: async () => {
    const seen = logs.filter(({ feed }) => feed.hub.epoch !== undefined)
    const isLate = seen.length > 0 && clock.now() - startedAt > PATIENCE_MS
    if (seen.length < logs.length && !isLate)
      throw new Problem('unavailable', 'The log was not read yet.')
    await auth?.access.requireRead()
  },
  drain: (signal) => {
    isDraining = true
    return connections.drain(signal)
  },
  close: async () => {
    stopConnections()
    stopAuth?.()
    for (const log of logs) log.close()
    closeEphemeral()
    await spread.close()
    shared.close()
    await closeLogs()
  },
  drainSeconds: config.DRAIN_SECONDS,
})
