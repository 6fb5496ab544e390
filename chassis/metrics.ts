import { collectDefaultMetrics, Gauge, Registry } from 'prom-client'

/**
 * One registry per process, never prom-client's global one, so that two services can live in one test. Every metric of
 * ours begins with `causeway_`, and every label has few values known beforehand: never a channel, a path or an id.
 */
export function createRegistry(service: string, version: string): Registry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  new Gauge({
    name: 'causeway_build_info',
    help: 'Always 1; what runs is in the labels',
    labelNames: ['service', 'version', 'node'],
    registers: [registry],
  }).set({ service, version, node: process.versions.node }, 1)
  return registry
}
