import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import { createPrimedCounter } from '../chassis/primedCounter.ts'
import type { GapReason, GoodbyeReason, ResetReason } from '../contract/events.ts'
import type { ProblemType } from '../contract/problem.ts'
import type { LogSince } from '../contract/since.ts'
import type { Refusal } from './events/admission.ts'

type Values<Name extends string> = Readonly<Record<Name, 0>>
const SINCES: Values<LogSince['kind']> = { now: 0, id: 0, position: 0, time: 0, last: 0 }
const SOURCES = { recent: 0, log: 0 }
const GAPS: Values<GapReason> = { retention: 0, lost: 0 }
const RESETS: Values<ResetReason> = { 'other-epoch': 0, 'ahead-of-log': 0 }
const REFUSALS: Values<Refusal> = {
  streams: 0,
  channels: 0,
  rate: 0,
  memory: 0,
  address: 0,
  'address-channels': 0,
  'address-rate': 0,
  principal: 0,
  'principal-channels': 0,
  limit: 0,
}
const ENDS: Values<GoodbyeReason | 'slow'> = {
  shutdown: 0,
  'max-age': 0,
  moved: 0,
  unavailable: 0,
  reset: 0,
  expired: 0,
  revoked: 0,
  forbidden: 0,
  slow: 0,
}
const REJECTIONS = {
  'invalid-channel': 0,
  'invalid-parameter': 0,
  'invalid-event-id': 0,
  unauthenticated: 0,
  forbidden: 0,
  'not-acceptable': 0,
} satisfies Partial<Values<ProblemType>>

export function createGatewayMetrics(registry: Registry) {
  const registers = [registry]
  const gauge = (name: string, help: string): Gauge =>
    new Gauge({ name: `causeway_gateway_${name}`, help, registers })
  const counter = <L extends string>(name: string, help: string, label: L, values: object) =>
    createPrimedCounter(registry, {
      name: `causeway_gateway_${name}_total`,
      help,
      label,
      values: { ...values },
    })
  /** A plain number, because it grows once per message and stream. */
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
    sent,
    deliveries,
    streams: gauge('streams', 'Open streams; scale on this'),
    mean: gauge(
      'streams_mean',
      'Mean of the open streams of all gateways, as this one knows it; its own number if it knows no other',
    ),
    // Streams of clients that reconnect have an id.
    starts: counter('stream_starts', 'Streams begun, by where they start', 'since', SINCES),
    channels: gauge('channels', 'Channels that this gateway is subscribed to'),
    reads: counter('reads', 'Pages of older messages read, by source', 'source', SOURCES),
    gaps: counter('gaps', 'Gap events sent, by reason', 'reason', GAPS),
    resets: counter('resets', 'Reset events sent, by reason', 'reason', RESETS),
    refusals: counter(
      'refusals',
      'Streams refused and told to reconnect, by limit',
      'reason',
      REFUSALS,
    ),
    rejections: counter('rejections', 'Requests refused, by problem', 'reason', REJECTIONS),
    ends: counter('stream_ends', 'Streams that the gateway ended, by reason', 'reason', ENDS),
    lag: new Histogram({
      name: 'causeway_gateway_delivery_lag_seconds',
      help: 'Time from the sentAt of a message until it is written to streams; for messages written together, of the oldest',
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
      registers,
    }),
    live: gauge(
      'live',
      '1 while messages come over Redis, 0 while the gateway follows the log instead',
    ),
  }
}

export type GatewayMetrics = ReturnType<typeof createGatewayMetrics>
