import { Counter, Gauge, type Registry } from 'prom-client'
import { createPrimedCounter } from '../chassis/primedCounter.ts'
import type { Action } from './actions.ts'

export function createBridgeMetrics(registry: Registry) {
  const registers = [registry]
  return {
    received: new Counter({
      name: 'causeway_bridge_received_total',
      help: 'Copies of messages that came over MQTT',
      registers,
    }),
    appended: new Counter({
      name: 'causeway_bridge_appended_total',
      help: 'Messages handed to Redis, also those that another bridge had appended before',
      registers,
    }),
    fetched: new Counter({
      name: 'causeway_bridge_fetched_total',
      help: 'Messages read from the log because their copies did not come',
      registers,
    }),
    failures: createPrimedCounter(registry, {
      name: 'causeway_bridge_failures_total',
      help: 'Actions that failed and were tried again',
      label: 'action',
      // Waiting cannot fail.
      values: { open: 0, append: 0, fetch: 0, end: 0 } satisfies Record<
        Exclude<Action['type'], 'wait'>,
        0
      >,
    }),
    epochsEnded: new Counter({
      name: 'causeway_bridge_epochs_ended_total',
      help: 'Epochs that were ended because the log went back',
      registers,
    }),
    lag: new Gauge({
      name: 'causeway_bridge_lag_messages',
      help: 'How far Redis is behind the log, seen once a second',
      registers,
    }),
  }
}

export type BridgeMetrics = ReturnType<typeof createBridgeMetrics>
