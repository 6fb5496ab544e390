import { once } from 'node:events'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { createHttpServer } from '../../chassis/http.ts'
import type { Entry } from '../../contract/message.ts'
import { LogWriter } from '../../history/logWriter.ts'
import { createIngest } from '../../ingest/app.ts'
import { createIngestMetrics } from '../../ingest/metrics.ts'
import type { IngestLimitsOptions } from '../../ingest/ingestLimits.ts'
import { ingestLimits } from './ingestLimits.ts'
import { portOf } from './openServer.ts'

export interface IngestServer {
  origin: string
  log: LogWriter
  registry: Registry
  /** The messages that would have gone to MQTT, in order. */
  published: { entry: Entry; epoch: string }[]
  close: () => Promise<void>
}

/**
 * Ingest's own app on a socket and a real log, in the process of the test. A body may have `maxBodyBytes`, all bodies together three
 * times that, an event 2,000. Nothing else is limited but by `limits`.
 */
export async function ingestServer(
  databaseUrl: string,
  limits: Partial<IngestLimitsOptions> = {},
  maxBodyBytes = 1_000,
): Promise<IngestServer> {
  const registry = new Registry()
  const published: IngestServer['published'] = []
  const log = new LogWriter({
    databaseUrl,
    logId: 0,
    connections: 4,
    keySeconds: 86_400,
    appendQueueBytes: 1_000_000,
    onError: () => {},
  })
  const app = createIngest({
    logger: pino({ level: 'silent' }),
    registry,
    corsOrigins: [],
    log,
    publish: (entry, epoch) => void published.push({ entry, epoch }),
    posts: createIngestMetrics(registry).posts,
    bodyLimits: { maxBytes: maxBodyBytes, maxReadingBytes: 3 * maxBodyBytes },
    maxEventBytes: 2000,
    limits: ingestLimits(registry, {
      add: (...use) => log.addToQuota(...use),
      exists: async (channel) => (await log.channel(channel)).head > 0,
      ...limits,
    }),
  })
  const server = createHttpServer(app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const close = async (): Promise<void> => {
    server.close()
    server.closeAllConnections()
    await log.close()
  }
  return { origin: `http://127.0.0.1:${portOf(server)}`, log, registry, published, close }
}
