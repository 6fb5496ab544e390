import type { Server } from 'node:http'
import { Server as NetServer } from 'node:net'

/**
 * How long an idle kept-alive connection stays open; it answers requests that still arrive with `Connection: close`. Closed at
 * once, it would reset a request that is already on its way, and a proxy must not repeat a POST. nginx closes idle connections
 * after a second, and this is longer: nginx knows whether it is about to use one.
 */
export const GRACE_MS = 1500
const SWEEP_MILLISECONDS = 50

/** Stops accepting, and resolves once all requests are answered and no connection is open. An abort closes those left. */
export async function drainServer(server: Server, signal: AbortSignal): Promise<void> {
  if (!server.listening) return
  server.prependListener('request', (_request, response) => {
    response.setHeader('Connection', 'close')
  })
  const cut = (): void => server.closeAllConnections()
  // The HTTP server's own close() would close the idle connections at once.
  const closed = new Promise<void>((resolve) => {
    NetServer.prototype.close.call(server, () => resolve())
  })
  let sweep: NodeJS.Timeout | undefined
  const grace = setTimeout(() => {
    // Only after reading what has arrived. If the event loop was blocked, timers run first, and a connection with a request in
    // its buffer still looks idle.
    sweep = setInterval(() => setImmediate(() => server.closeIdleConnections()), SWEEP_MILLISECONDS)
  }, GRACE_MS)
  signal.addEventListener('abort', cut, { once: true })
  try {
    if (signal.aborted) cut()
    await closed
  } finally {
    clearTimeout(grace)
    clearInterval(sweep)
    signal.removeEventListener('abort', cut)
  }
}
