import { Counter, Gauge, type Registry } from 'prom-client'
import { createPrimedCounter } from '../chassis/primedCounter.ts'
import { PROBLEMS } from '../contract/problem.ts'

export function createIngestMetrics(registry: Registry) {
  return {
    posts: createPrimedCounter(registry, {
      name: 'causeway_posts_total',
      help: 'Posts by outcome: created, repeated, or the problem that was answered',
      label: 'outcome',
      values: { created: 0, repeated: 0, ...PROBLEMS },
    }),
    mqttPosts: createPrimedCounter(registry, {
      name: 'causeway_mqtt_posts_total',
      help: 'Posts that came by MQTT, by outcome: created, repeated, or the problem',
      label: 'outcome',
      values: { created: 0, repeated: 0, ...PROBLEMS },
    }),
    receipts: createPrimedCounter(registry, {
      name: 'causeway_mqtt_receipts_total',
      help: "Receipts that posts by MQTT asked for, by outcome: sent; foreign (not on the sender's own topic, so none was sent)",
      label: 'outcome',
      values: { sent: 0, foreign: 0 },
    }),
    signals: createPrimedCounter(registry, {
      name: 'causeway_signals_total',
      help: 'Signals by outcome: sent, or the problem; unavailable: dropped, because the broker is away or busy',
      label: 'outcome',
      values: { sent: 0, ...PROBLEMS },
    }),
    publishes: createPrimedCounter(registry, {
      name: 'causeway_publishes_total',
      help: 'Messages published to MQTT, by outcome: acked; nobody (acked, but no bridge is subscribed); failed; skipped (broker away or window full)',
      label: 'outcome',
      values: { acked: 0, failed: 0, skipped: 0, nobody: 0 },
    }),
    inFlight: new Gauge({
      name: 'causeway_publishes_in_flight',
      help: 'Publishes that await their acknowledgement',
      registers: [registry],
    }),
    retention: {
      removed: new Counter({
        name: 'causeway_retention_removed_total',
        help: 'Messages removed from the log because RETENTION does not keep them',
        registers: [registry],
      }),
      passes: createPrimedCounter(registry, {
        name: 'causeway_retention_passes_total',
        help: 'Passes over all channels for messages to remove, by outcome: done; busy (another ingest does it); failed',
        label: 'outcome',
        values: { done: 0, busy: 0, failed: 0 },
      }),
    },
  }
}
