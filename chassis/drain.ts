import type { Server } from 'node:http'

/**
 * Stops accepting and waits until every request in flight has been answered; when `signal` aborts, cuts what is left.
 * Resolves when no connection is open.
 */
export async function drainServer(server: Server, signal: AbortSignal): Promise<void> {
  if (!server.listening) return
  // Tells a client with a kept-alive connection to open its next one elsewhere.
  server.prependListener('request', (_request, response) =>
    response.setHeader('Connection', 'close'),
  )
  const cut = (): void => server.closeAllConnections()
  signal.addEventListener('abort', cut, { once: true })
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  // close() ends the connections that are idle now; one that becomes idle later would wait out its keep-alive.
  const sweep = setInterval(() => server.closeIdleConnections(), 50)
  try {
    if (signal.aborted) cut()
    await closed
  } finally {
    clearInterval(sweep)
    signal.removeEventListener('abort', cut)
  }
}
