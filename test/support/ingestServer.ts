import { once } from 'node:events'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { createAuth } from '../../chassis/auth/auth.ts'
import { createIsAllowed, createRequireAccess } from '../../chassis/auth/middleware.ts'
import { clock } from '../../chassis/clock.ts'
import { createHttpServer } from '../../chassis/http.ts'
import { ChannelLogs } from '../../contract/channelLogs.ts'
import type { Entry } from '../../contract/message.ts'
import { LogWriter } from '../../history/logWriter.ts'
import { AcceptMessage } from '../../ingest/acceptMessage.ts'
import { AcceptSignal } from '../../ingest/acceptSignal.ts'
import { createIngest } from '../../ingest/app.ts'
import { ingestConfig } from '../../ingest/config.ts'
import type { ExportLimit } from '../../ingest/exportLimit.ts'
import { HeadWatchers } from '../../ingest/headWatchers.ts'
import { Logs } from '../../ingest/logs.ts'
import { createIngestMetrics } from '../../ingest/metrics.ts'
import type { IngestLimitsOptions } from '../../ingest/ingestLimits.ts'
import type { OccupancyOf } from '../../ingest/occupancy.ts'
import { ingestLimits } from './ingestLimits.ts'
import { portOf } from './openServer.ts'
import type { TestIssuer } from './testIssuer.ts'
import { COPY_KEY, copyKeys } from './testRedis.ts'

export interface IngestServer {
  origin: string
  /** The first log. */
  log: LogWriter
  logs: Logs<LogWriter>
  registry: Registry
  watcher: HeadWatchers
  /** Exports that are running. */
  exports: Pick<ExportLimit, 'size'>
  /** The messages that would have gone to MQTT, in order. */
  published: { entry: Entry; epoch: string }[]
  /** The signals that would have gone there: channel, encoding and MAC. Those with "drop" in them are dropped. */
  signalled: [channel: string, json: string, mac: string][]
  /** Tells it that its process is about to stop. */
  stop: () => void
  close: () => Promise<void>
}

interface IngestServerOptions {
  limits?: Partial<IngestLimitsOptions>
  maxBodyBytes?: number | undefined
  /** Closes a connection on which nothing happens for so long; 0: none. */
  stallMilliseconds?: number | undefined
  /** How many, all in the database: those after the first must have been made there. Default: 1. */
  logCount?: number | undefined
  /** Whose tokens count; without it AUTH is open. */
  issuer?: TestIssuer | undefined
  /** Without it there is no Redis. */
  occupancyOf?: OccupancyOf
}

/** What ingest's configuration needs, and this server does not use. */
const REQUIRED = {
  PORT: '0',
  METRICS_PORT: '0',
  DATABASE_URL: 'postgres://unused',
  MQTT_URL: 'mqtt://unused',
  COPY_KEYS: COPY_KEY,
}

/**
 * Ingest's own app on a socket and a real log, in the process of the test. A body may have `maxBodyBytes`, all bodies together three
 * times that, an event 2,000. Nothing else is limited but by `limits`.
 */
export async function ingestServer(
  databaseUrl: string,
  {
    limits = {},
    maxBodyBytes = 1_000,
    stallMilliseconds = 0,
    logCount = 1,
    issuer,
    occupancyOf = async (channels) => channels.map(() => null),
  }: IngestServerOptions = {},
): Promise<IngestServer> {
  const registry = new Registry()
  const published: IngestServer['published'] = []
  const signalled: IngestServer['signalled'] = []
  const metrics = createIngestMetrics(registry)
  const ids = Array.from({ length: logCount }, (_, id) => id)
  const all = ids.map((logId) => {
    const writer = new LogWriter({
      databaseUrl,
      logId,
      connections: 4,
      keySeconds: 86_400,
      changeSeconds: 0,
      appendQueueBytes: 1_000_000,
      onError: () => {},
    })
    return [logId, writer] as const
  })
  const logs = new Logs(new Map(all), new ChannelLogs(ids, []))
  const log = logs.get(0)
  const logger = pino({ level: 'silent' })
  const auth = createAuth({
    config: ingestConfig.parse({ ...REQUIRED, ...(issuer?.env() ?? { AUTH: 'open' }) }),
    changes: (after, limit) => log.accessChanges(after, limit),
    registry,
    logger,
    clock,
  })
  const stopAuth = auth?.start()
  const stopping = new AbortController()
  const limiting = ingestLimits(registry, {
    add: (...use) => log.addToQuota(...use),
    exists: async (channel) => (await logs.channel(channel)).head > 0,
    ...limits,
  })
  const watcher = new HeadWatchers({ logs: logs.all, logOf: logs.logOf, clock })
  const app = createIngest({
    logger,
    registry,
    auth,
    corsOrigins: [],
    logs,
    occupancyOf,
    markers: log.markers,
    acceptMessage: new AcceptMessage({
      requireAccess: createRequireAccess(auth?.access),
      isAllowed: createIsAllowed(auth?.access),
      maxEventBytes: 2000,
      limits: limiting.posts,
      append: (draft) => logs.append(draft),
      publish: (entry, epoch) => void published.push({ entry, epoch }),
    }),
    posts: metrics.posts,
    acceptSignal: new AcceptSignal({
      requireAccess: createRequireAccess(auth?.access),
      copyKeys,
      publish: (...signal) => {
        signalled.push(signal)
        return !signal[1].includes('"drop"')
      },
      wallNow: () => Date.now(),
    }),
    signals: metrics.signals,
    bodyLimits: { maxBytes: maxBodyBytes, maxReadingBytes: 3 * maxBodyBytes },
    limits: limiting,
    stopping: stopping.signal,
    watcher,
  })
  const server = createHttpServer(app, stallMilliseconds).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const close = async (): Promise<void> => {
    server.close()
    watcher.end()
    server.closeAllConnections()
    stopAuth?.()
    await Promise.all(all.map(([, writer]) => writer.close()))
  }
  const origin = `http://127.0.0.1:${portOf(server)}`
  const stop = (): void => stopping.abort()
  return {
    origin,
    log,
    logs,
    registry,
    watcher,
    exports: limiting.exports,
    published,
    signalled,
    stop,
    close,
  }
}
