import type { Server } from 'node:http'
import { Server as NetServer } from 'node:net'

/**
 * How long an idle kept-alive connection is left open, answering what still comes on it with `Connection: close`. Closed
 * at once, it would meet a request that is already on its way: a reset, and a POST that a proxy must not repeat. Longer than
 * the second after which our nginx closes an idle connection itself; it knows whether it is about to use it.
 */
export const GRACE_MS = 1500
const SWEEP_MILLISECONDS = 50

/**
 * Stops accepting and waits until every request in flight has been answered; when `signal` aborts, cuts what is left.
 * Resolves when no connection is open.
 */
export async function drainServer(server: Server, signal: AbortSignal): Promise<void> {
  if (!server.listening) return
  server.prependListener('request', (_request, response) => {
    response.setHeader('Connection', 'close')
  })
  const cut = (): void => server.closeAllConnections()
  // Not the HTTP server's own close(): that closes the idle connections at once.
  const closed = new Promise<void>((resolve) => {
    NetServer.prototype.close.call(server, () => resolve())
  })
  let sweep: NodeJS.Timeout | undefined
  const grace = setTimeout(() => {
    // After what has arrived was read: when this thread was held up, timers come first, and a connection with a request in its
    // buffer would still look idle.
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
