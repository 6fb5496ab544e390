import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import { createPrimedCounter } from '../chassis/primedCounter.ts'
import type { GapReason, GoodbyeReason, ResetReason } from '../contract/events.ts'
import type { Refusal } from './events/admission.ts'
import type { ProblemType } from '../contract/problem.ts'
import type { Since } from './events/query.ts'

const ENDS = {
  shutdown: 0,
  'max-age': 0,
  unavailable: 0,
  reset: 0,
  slow: 0,
} satisfies Record<GoodbyeReason | 'slow', 0>

export function createGatewayMetrics(registry: Registry) {
  const registers = [registry]
  /** Counted as a plain number, because it is counted once per message and stream. */
  const sent = { messages: 0 }
  const deliveries = new Counter({
    name: 'causeway_gateway_deliveries_total',
    help: 'Messages written to streams',
    registers,
    collect() {
      this.inc(sent.messages)
      sent.messages = 0
    },
  })
  return {
    streams: new Gauge({
      name: 'causeway_gateway_streams',
      help: 'Open streams: what to scale on',
      registers,
    }),
    starts: createPrimedCounter(registry, {
      name: 'causeway_gateway_stream_starts_total',
      help: 'Streams begun, by where they began; those that came back have an id',
      label: 'since',
      values: { now: 0, id: 0, position: 0, time: 0, last: 0 } satisfies Record<Since['kind'], 0>,
    }),
    channels: new Gauge({
      name: 'causeway_gateway_channels',
      help: 'Channels that this gateway is subscribed to',
      registers,
    }),
    deliveries,
    sent,
    reads: createPrimedCounter(registry, {
      name: 'causeway_gateway_reads_total',
      help: 'Pages of the past that were read for streams, by where they came from',
      label: 'source',
      values: { recent: 0, log: 0 },
    }),
    gaps: createPrimedCounter(registry, {
      name: 'causeway_gateway_gaps_total',
      help: 'Gap events sent, by reason',
      label: 'reason',
      values: { retention: 0, lost: 0 } satisfies Record<GapReason, 0>,
    }),
    resets: createPrimedCounter(registry, {
      name: 'causeway_gateway_resets_total',
      help: 'Reset events sent, by reason',
      label: 'reason',
      values: { 'other-epoch': 0, 'ahead-of-log': 0 } satisfies Record<ResetReason, 0>,
    }),
    refusals: createPrimedCounter(registry, {
      name: 'causeway_gateway_refusals_total',
      help: 'Streams that were told to come back later, by what there was too much of',
      label: 'reason',
      values: { streams: 0, address: 0, channels: 0, rate: 0, memory: 0 } satisfies Record<
        Refusal,
        0
      >,
    }),
    rejections: createPrimedCounter(registry, {
      name: 'causeway_gateway_rejections_total',
      help: 'Requests for a stream that were answered with a problem, by its type',
      label: 'type',
      values: {
        'invalid-channel': 0,
        'invalid-parameter': 0,
        'invalid-event-id': 0,
        'not-acceptable': 0,
      } satisfies Partial<Record<ProblemType, 0>>,
    }),
    ends: createPrimedCounter(registry, {
      name: 'causeway_gateway_stream_ends_total',
      help: 'Streams that the gateway ended, by reason',
      label: 'reason',
      values: ENDS,
    }),
    lag: new Histogram({
      name: 'causeway_gateway_delivery_lag_seconds',
      help: 'From the time that a message carries to its writing to streams; of those written together, the oldest',
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
      registers,
    }),
    live: new Gauge({
      name: 'causeway_gateway_live',
      help: '1 while messages come over Redis, 0 while the log is followed instead',
      registers,
    }),
  }
}

export type GatewayMetrics = ReturnType<typeof createGatewayMetrics>
