import type { Registry } from 'prom-client'
import { createPrimedCounter } from '../primedCounter.ts'

/** Counts what limits refuse. `names`: of kinds of use, each per principal and per address; and of others. */
export function createLimitMetrics(registry: Registry, names: readonly string[]) {
  return createPrimedCounter(registry, {
    name: 'causeway_limited_total',
    help: 'Requests refused because their principal or address used too much, by limit',
    label: 'limit',
    values: Object.fromEntries(names.map((name) => [name, 0])),
  })
}
