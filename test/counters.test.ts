import { expect, test } from '@jest/globals'
import { Registry } from 'prom-client'
import { createBridgeMetrics } from '../bridge/metrics.ts'
import { createAuthMetrics } from '../chassis/auth/authMetrics.ts'
import { TOKEN_OUTCOMES } from '../chassis/auth/tokenProblem.ts'
import { createEndedEpochs } from '../chassis/endedEpochs.ts'
import { createLogger } from '../chassis/logger.ts'
import { createRefusedCopies } from '../chassis/refusedCopies.ts'
import { createGatewayMetrics } from '../gateway/metrics.ts'
import { createIngestMetrics } from '../ingest/metrics.ts'
import { PROBLEMS } from '../contract/problem.ts'

/** The counters that a service shows right after its start, with the label values of each. */
async function countersOf(create: (registry: Registry) => unknown) {
  const registry = new Registry()
  create(registry)
  const counters: Record<string, (string | number | undefined)[]> = {}
  for (const { name, type, values } of await registry.getMetricsAsJSON()) {
    if (String(type) !== 'counter') continue
    expect(values.map(({ value }) => value)).toEqual(values.map(() => 0))
    counters[name] = values.flatMap(({ labels }) => Object.values(labels))
  }
  return counters
}

// Otherwise an alert on an increase would miss the first event after every start.
test.each<[string, (registry: Registry) => unknown, Record<string, string[]>]>([
  [
    'an ingest',
    createIngestMetrics,
    {
      causeway_posts_total: ['created', 'repeated', ...Object.keys(PROBLEMS)],
      causeway_mqtt_posts_total: ['created', 'repeated', ...Object.keys(PROBLEMS)],
      causeway_mqtt_receipts_total: ['sent', 'foreign'],
      causeway_publishes_total: ['acked', 'failed', 'skipped', 'nobody'],
      causeway_retention_removed_total: [],
      causeway_retention_passes_total: ['done', 'busy', 'failed'],
      causeway_signals_total: ['sent', ...Object.keys(PROBLEMS)],
    },
  ],
  [
    'a reader of copies',
    (registry) => createRefusedCopies(registry, createLogger('test', 'silent')),
    { causeway_refused_copies_total: ['mqtt', 'redis'] },
  ],
  [
    'what ends epochs',
    (registry) => createEndedEpochs(registry, createLogger('test', 'silent')),
    { causeway_epochs_ended_total: [] },
  ],
  [
    'what verifies tokens',
    (registry) => createAuthMetrics(registry, { age: 0, rows: 0 }),
    { causeway_tokens_total: Object.keys(TOKEN_OUTCOMES) },
  ],
  [
    'a bridge',
    createBridgeMetrics,
    {
      causeway_bridge_received_total: [],
      causeway_bridge_appended_total: [],
      causeway_bridge_fetched_total: [],
      causeway_bridge_failures_total: ['open', 'append', 'fetch', 'end'],
      causeway_bridge_signals_total: ['passed', 'dropped'],
    },
  ],
  [
    'a gateway',
    createGatewayMetrics,
    {
      causeway_gateway_deliveries_total: [],
      causeway_gateway_stream_starts_total: ['now', 'id', 'position', 'time', 'last'],
      causeway_gateway_reads_total: ['recent', 'log'],
      causeway_gateway_gaps_total: ['retention', 'lost'],
      causeway_gateway_resets_total: ['other-epoch', 'ahead-of-log'],
      causeway_gateway_refusals_total: [
        'streams',
        'channels',
        'rate',
        'memory',
        'address',
        'address-channels',
        'address-rate',
        'principal',
        'principal-channels',
        'limit',
      ],
      causeway_gateway_rejections_total: [
        'invalid-channel',
        'invalid-parameter',
        'invalid-event-id',
        'unauthenticated',
        'forbidden',
        'not-acceptable',
      ],
      causeway_gateway_stream_ends_total: [
        'shutdown',
        'max-age',
        'moved',
        'unavailable',
        'reset',
        'expired',
        'revoked',
        'forbidden',
        'slow',
      ],
    },
  ],
])('every counter of %s is 0 from the start, for each of its reasons', async (...row) => {
  const [, create, wanted] = row
  expect(await countersOf(create)).toEqual(wanted)
})
