import { Counter, Gauge, type Registry } from 'prom-client'
import { createPrimedCounter } from '../chassis/primedCounter.ts'
import type { Action } from './actions.ts'

export function createBridgeMetrics(registry: Registry) {
  const registers = [registry]
  return {
    received: new Counter({
      name: 'causeway_bridge_received_total',
      help: 'Copies of messages received over MQTT',
      registers,
    }),
    appended: new Counter({
      name: 'causeway_bridge_appended_total',
      help: 'Messages sent to Redis, including those that another bridge had appended before',
      registers,
    }),
    fetched: new Counter({
      name: 'causeway_bridge_fetched_total',
      help: 'Messages read from the log because their copies did not arrive',
      registers,
    }),
    failures: createPrimedCounter(registry, {
      name: 'causeway_bridge_failures_total',
      help: 'Actions that failed and are tried again, by action',
      label: 'action',
      // `wait` is left out: it cannot fail.
      values: { open: 0, append: 0, fetch: 0, end: 0 } satisfies Record<
        Exclude<Action['type'], 'wait'>,
        0
      >,
    }),
    signals: createPrimedCounter(registry, {
      name: 'causeway_bridge_signals_total',
      help: 'Signals by outcome: passed on to Redis; dropped (too many, or Redis is away)',
      label: 'outcome',
      values: { passed: 0, dropped: 0 },
    }),
    lag: new Gauge({
      name: 'causeway_bridge_lag_messages',
      help: 'Messages that Redis is behind the log, measured once a second; with several logs: behind the one that it is furthest behind',
      registers,
    }),
  }
}

export type BridgeMetrics = ReturnType<typeof createBridgeMetrics>
