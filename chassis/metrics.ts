import { collectDefaultMetrics, Gauge, Registry } from 'prom-client'

/**
 * One registry per process, never prom-client's global one, so that two services can run in one test. The name of every metric
 * here begins with `causeway_`. Every label has few values, known in advance: never a channel, a path or an id.
 */
export function createRegistry(service: string, version: string): Registry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  new Gauge({
    name: 'causeway_build_info',
    help: 'Always 1; the labels name what runs',
    labelNames: ['service', 'version', 'node'],
    registers: [registry],
  }).set({ service, version, node: process.versions.node }, 1)
  return registry
}
