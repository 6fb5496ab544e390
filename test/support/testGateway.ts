import { once } from 'node:events'
import type { Server } from 'node:http'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { clock } from '../../chassis/clock.ts'
import { createApp, createHttpServer } from '../../chassis/http.ts'
import { Admission } from '../../gateway/events/admission.ts'
import { Connections } from '../../gateway/events/connections.ts'
import { createListener, openFrontDoor, ROUTES } from '../../gateway/events/frontDoor.ts'
import { createHandler } from '../../gateway/events/handler.ts'
import { createFeedGauges } from '../../gateway/feed/feedGauges.ts'
import { Hubs } from '../../gateway/hub/hubs.ts'
import { createGatewayMetrics } from '../../gateway/metrics.ts'
import { openLog } from '../../gateway/openLog.ts'
import type { Opened } from './disposables.ts'
import { portOf } from './openServer.ts'
import { copyKeys } from './testRedis.ts'
import { UNLIMITED } from './unlimited.ts'
import { waitFor } from './waitFor.ts'

interface TestGatewayOptions {
  /** By their numbers: the address of each log's database. */
  databases: readonly string[]
  redisUrl: string
  redisPrefix: string
  logOf: (channel: string) => number
  /** Milliseconds. */
  heartbeatMs: number
}

const RETRY_MS = 100

/** A gateway over several logs, as `gateway/main.ts` makes it, on real servers in the process of the test. Everybody may listen. */
export async function openGateway(opened: Opened, options: TestGatewayOptions): Promise<string> {
  const logger = pino({ level: 'silent' })
  const registry = new Registry()
  const metrics = createGatewayMetrics(registry)
  const gaugesOfOne = createFeedGauges(metrics)
  const logs = options.databases.map((databaseUrl, id) =>
    openLog(
      { id, databaseUrl, replicaUrl: undefined, redisUrl: options.redisUrl },
      {
        redisPrefix: options.redisPrefix,
        connections: 1,
        onError: () => {},
        copyKeys,
        onRefused: () => {},
        onEpochEnded: () => {},
        metrics,
        feedMetrics: gaugesOfOne(),
        logger,
        linkTimeoutMs: 2_000,
        unsubscribeDelayMs: 30_000,
        maxChannels: 10_000,
        // So little that most readers that come back read from Redis or the log.
        replayBufferBytes: 20_000,
        catchUpBytes: 1e7,
      },
    ),
  )
  const admission = new Admission({
    maxStreams: 100_000,
    maxChannels: 100_000,
    ratePerSecond: 1e6,
    burst: 1e6,
    maxMemoryBytes: Infinity,
    perAddress: UNLIMITED,
    perPrincipal: UNLIMITED,
  })
  const hubs = new Hubs({
    hubs: new Map(logs.map(({ id, feed }) => [id, feed.hub])),
    logOf: options.logOf,
    later: (run) => void setImmediate(run),
    hasRoomFor: (total) => admission.hasRoomFor(total),
    now: clock.now,
  })
  const connections = new Connections({
    hubs,
    admission,
    metrics,
    clock,
    wallNow: () => Date.now(),
    heartbeatMs: options.heartbeatMs,
    maxAgeMs: 3_600_000,
    stallMs: 60_000,
    connectionBufferBytes: 1_048_576,
    totalBufferBytes: 1e9,
    drainMs: 100,
    onEnd: () => {},
    retryMs: () => RETRY_MS,
  })
  const handle = createHandler({
    auth: undefined,
    hubs,
    connections,
    ephemeral: { begin: () => {} },
    admission,
    limit: { refusal: () => undefined, take: () => {} },
    findStart: async (query, isWanted, log) => {
      const found = logs.find(({ id }) => id === log)
      return found === undefined ? {} : found.replay.findStart(query, isWanted)
    },
    metrics,
    logger,
    isDraining: () => false,
    corsOrigins: [],
    proxyHops: 0,
    retryMs: () => RETRY_MS,
    now: clock.now,
  })
  const app = createApp({ logger, registry, corsOrigins: [], routes: ROUTES })
  const server: Server = createHttpServer(createListener(handle, app))
  openFrontDoor(server, handle, clock)
  for (const { feed } of logs) feed.start()
  const stop = connections.start()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  opened.add(async () => {
    stop()
    server.close()
    await connections.drain(AbortSignal.timeout(2_000))
    for (const log of logs) log.close()
    await Promise.all(logs.map(({ log }) => log.close()))
  })
  await waitFor(() => logs.some(({ feed }) => feed.hub.epoch !== undefined))
  return `http://127.0.0.1:${portOf(server)}`
}
