import type { RequestHandler } from 'express'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { createApp, createHttpServer } from '../../chassis/http.ts'
import type { Opened } from './disposables.ts'
import { openServer } from './openServer.ts'

/** Serves GET handlers at their paths with the HTTP set-up that all services share. Returns a `fetch` for them. */
export async function getServer(
  opened: Opened,
  handlers: Record<string, RequestHandler>,
): Promise<(path: string, init?: RequestInit) => Promise<Response>> {
  const app = createApp({
    logger: pino({ level: 'silent' }),
    registry: new Registry(),
    corsOrigins: [],
    routes: Object.entries(handlers).map(([path, get]) => ({ path, get })),
  })
  const port = await openServer(opened, createHttpServer(app))
  return (path, init) => fetch(`http://127.0.0.1:${port}${path}`, init)
}
