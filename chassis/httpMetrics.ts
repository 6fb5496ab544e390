import { Histogram, type Registry } from 'prom-client'
import type { Ended } from './ended.ts'

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS'])

/** Rate, errors and duration of requests. Labels come from fixed tables: paths from requests could fill the registry's memory. */
export function createHttpMetrics(registry: Registry): Ended {
  const histogram = new Histogram({
    name: 'causeway_http_request_duration_seconds',
    help: 'Time from the request to the end of its answer, by route pattern, method and class of status',
    labelNames: ['route', 'method', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers: [registry],
  })
  return (request, response, milliseconds) => {
    const route = String(request.route?.path ?? 'none')
    const method = METHODS.has(request.method) ? request.method : 'other'
    const status = response.writableFinished
      ? `${Math.floor(response.statusCode / 100)}xx`
      : 'aborted'
    histogram.observe({ route, method, status }, milliseconds / 1000)
  }
}
