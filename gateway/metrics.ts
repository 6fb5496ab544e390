import { Counter, Gauge, type Registry } from 'prom-client'

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
    channels: new Gauge({
      name: 'causeway_gateway_channels',
      help: 'Channels that this gateway is subscribed to',
      registers,
    }),
    deliveries,
    sent,
    reads: new Counter({
      name: 'causeway_gateway_reads_total',
      help: 'Pages of the past that were read for streams, by where they came from',
      labelNames: ['source'] as const,
      registers,
    }),
    gaps: new Counter({
      name: 'causeway_gateway_gaps_total',
      help: 'Gap events sent, by reason',
      labelNames: ['reason'] as const,
      registers,
    }),
    resets: new Counter({
      name: 'causeway_gateway_resets_total',
      help: 'Reset events sent, by reason',
      labelNames: ['reason'] as const,
      registers,
    }),
    refusals: new Counter({
      name: 'causeway_gateway_refusals_total',
      help: 'Streams that were told to come back later, by what there was too much of',
      labelNames: ['reason'] as const,
      registers,
    }),
    ends: new Counter({
      name: 'causeway_gateway_stream_ends_total',
      help: 'Streams that the gateway ended, by reason',
      labelNames: ['reason'] as const,
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
