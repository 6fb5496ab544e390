import { once } from 'node:events'
import type { RequestHandler } from 'express'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { createApp, createHttpServer } from '../../chassis/http.ts'

/** Handlers of GET at their paths, behind the edge that all services have. Answers how to ask them. */
export async function getServer(
  opened: { add: (dispose: () => unknown) => void },
  handlers: Record<string, RequestHandler>,
): Promise<(path: string, init?: RequestInit) => Promise<Response>> {
  const app = createApp({
    logger: pino({ level: 'silent' }),
    registry: new Registry(),
    corsOrigins: [],
    routes: Object.entries(handlers).map(([path, get]) => ({ path, get })),
  })
  const server = createHttpServer(app).listen(0, '127.0.0.1')
  opened.add(() => {
    server.close()
    server.closeAllConnections()
  })
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('not listening')
  return (path, init) => fetch(`http://127.0.0.1:${address.port}${path}`, init)
}
