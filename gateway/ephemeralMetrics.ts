import { Counter, Gauge, type Registry } from 'prom-client'
import { createPrimedCounter } from '../chassis/primedCounter.ts'

/** `countPresent` is asked when the metrics are. */
export function createEphemeralMetrics(registry: Registry, countPresent: () => number) {
  const registers = [registry]
  void new Gauge({
    name: 'causeway_gateway_present',
    help: 'People who are present by streams of this gateway, once in each channel',
    registers,
    collect() {
      this.set(countPresent())
    },
  })
  return {
    signals: createPrimedCounter(registry, {
      name: 'causeway_gateway_signals_total',
      help: 'Signals by outcome: sent (to a stream); slow (its reader takes nothing); late (too many wait); rate (too many came); old',
      label: 'outcome',
      values: { sent: 0, slow: 0, late: 0, rate: 0, old: 0 },
    }),
    leftOut: new Counter({
      name: 'causeway_gateway_presence_left_out_total',
      help: 'People who are not counted as present because MAX_PRESENCES are',
      registers,
    }),
  }
}
