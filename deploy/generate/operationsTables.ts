import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type MetricObject, Registry } from 'prom-client'
import type { z } from 'zod'
import { accountConfig } from '../../account/config.ts'
import { createAccountMetrics, createSigningKeyMetrics } from '../../account/metrics.ts'
import { createBridgeMetrics } from '../../bridge/metrics.ts'
import { markdownTable } from '../../bench/report/markdown.ts'
import { bridgeConfig } from '../../bridge/config.ts'
import { createAuthMetrics } from '../../chassis/auth/authMetrics.ts'
import { createEndedEpochs } from '../../chassis/endedEpochs.ts'
import { createHttpMetrics } from '../../chassis/httpMetrics.ts'
import { createLimitMetrics } from '../../chassis/limits/limitMetrics.ts'
import { createLogger } from '../../chassis/logger.ts'
import { createRefusedCopies } from '../../chassis/refusedCopies.ts'
import { PROBLEMS } from '../../contract/problem.ts'
import { gatewayConfig } from '../../gateway/config.ts'
import { createGatewayMetrics } from '../../gateway/metrics.ts'
import { createClockMetrics } from '../../ingest/clockMetrics.ts'
import { ingestConfig } from '../../ingest/config.ts'
import { createIngestMetrics } from '../../ingest/metrics.ts'
import { createOutboxMetrics } from '../../ingest/outboxMetrics.ts'
import { createSearchMetrics } from '../../ingest/searchMetrics.ts'
import { createReaderMetrics } from '../../ingest/readerMetrics.ts'
import { ROOT } from '../../stack/root.ts'

const CONFIGS: Record<string, z.ZodObject> = {
  ingest: ingestConfig,
  bridge: bridgeConfig,
  gateway: gatewayConfig,
  account: accountConfig,
}

/** Metrics of several services. */
const SHARED: Record<string, string> = {
  causeway_http_request_duration_seconds: 'ingest, gateway, account',
  causeway_tokens_total: 'ingest, gateway',
  causeway_limited_total: 'ingest, gateway',
  causeway_access_age_seconds: 'ingest, gateway',
  causeway_access_rows: 'ingest, gateway',
  causeway_refused_copies_total: 'bridge, gateway',
  causeway_epochs_ended_total: 'bridge, gateway',
}

/** Every variable, with the services that read it. */
export function variablesTable(): string {
  const names = new Set(Object.values(CONFIGS).flatMap(({ shape }) => Object.keys(shape)))
  const rows = [...names].map((name) => {
    const readers = Object.entries(CONFIGS).filter(([, { shape }]) => name in shape)
    // A name may have different defaults in different services.
    const defaults = new Set(readers.map(([, { shape }]) => fallback(shape[name])))
    const meanings = new Set(readers.map(([, { shape }]) => String(shape[name]?.description ?? '')))
    return [
      `\`${name}\``,
      readers.length === Object.keys(CONFIGS).length
        ? 'all'
        : readers.map(([service]) => service).join(', '),
      [...defaults].join(' / '),
      [...meanings].join(' / '),
    ]
  })
  return markdownTable(['variable', 'read by', 'default', 'meaning'], rows)
}

/** Every metric of ours, without prom-client's for Node and the process. */
export async function metricsTable(): Promise<string> {
  const [ingest, bridge] = [new Registry(), new Registry()]
  const [gateway, account] = [new Registry(), new Registry()]
  createIngestMetrics(ingest)
  createOutboxMetrics(ingest)
  createSearchMetrics(ingest)
  createReaderMetrics(ingest, { waits: () => 0, exports: () => 0 })
  createClockMetrics(ingest, () => ({ difference: 0, lastAt: 0 }))
  createBridgeMetrics(bridge)
  createGatewayMetrics(gateway)
  createHttpMetrics(ingest)
  createAuthMetrics(ingest, { age: 0, rows: 0 })
  createAccountMetrics(account)
  createLimitMetrics(ingest, [])
  createSigningKeyMetrics(account, { lifeLeft: () => 0 })
  createRefusedCopies(bridge, createLogger('bridge', 'silent'))
  createEndedEpochs(bridge, createLogger('bridge', 'silent'))
  const rows = await Promise.all(
    Object.entries({ ingest, bridge, gateway, account }).map(async ([service, registry]) => {
      const metrics: (MetricObject & { labelNames?: string[] })[] = registry.getMetricsAsArray()
      return metrics.map(({ name, help, type, labelNames = [] }) => [
        `\`${name}\``,
        SHARED[name] ?? service,
        String(type),
        labelNames.map((label) => `\`${label}\``).join(', '),
        help,
      ])
    }),
  )
  return markdownTable(
    ['metric', 'of', 'type', 'labels', 'meaning'],
    [...rows.flat(), ...edgeMetrics()],
  )
}

/** Those that nginx shows, as its configuration writes them. */
function edgeMetrics(): string[][] {
  const conf = readFileSync(join(ROOT, 'charts/causeway/files/nginx.conf.template'), 'utf8')
  const helps = [...conf.matchAll(/# HELP (\w+) ([^\\]+)\\n# TYPE \w+ (\w+)\\n\w+(?:\{(\w+)=)?/g)]
  return helps.map(([, name, help = '', type = '', label]) => [
    `\`${name}\``,
    'edge',
    type,
    label === undefined ? '' : `\`${label}\``,
    help,
  ])
}

/** Every problem that a caller may get. */
export function problemsTable(): string {
  const rows = Object.entries(PROBLEMS).map(([slug, { status, title, retry }]) => [
    `\`${slug}\``,
    String(status),
    retry ? 'yes' : 'no',
    title,
  ])
  return markdownTable(['problem', 'status', 'again later?', 'meaning'], rows)
}

function fallback(variable: z.ZodType | undefined): string {
  const unset = variable?.safeParse(undefined)
  if (unset === undefined || !unset.success) return 'required'
  const value = [unset.data].flat().join(',')
  return value === '' ? '' : `\`${value}\``
}
