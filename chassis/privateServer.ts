import { createServer, type Server, type ServerResponse } from 'node:http'
import type { Registry } from 'prom-client'

/** Answers `GET /metrics`; terminus adds the probes. */
export function createPrivateServer(registry: Registry): Server {
  return createServer((request, response) => {
    if (request.url === '/metrics' && request.method === 'GET') void sendMetrics(registry, response)
    else response.writeHead(404).end()
  })
}

async function sendMetrics(registry: Registry, response: ServerResponse): Promise<void> {
  try {
    const text = await registry.metrics()
    response.writeHead(200, { 'Content-Type': registry.contentType }).end(text)
  } catch {
    // A gauge's collect function failed: the scrape fails, and the scraper sees that.
    response.writeHead(500).end()
  }
}
