import { Registry } from 'prom-client'
import { createApp, createHttpServer } from '../../chassis/http.ts'
import { createLogger } from '../../chassis/logger.ts'
import { Problem } from '../../contract/problem.ts'
import type { Opened } from './disposables.ts'
import { openServer } from './openServer.ts'

interface TestApp {
  origin: string
  registry: Registry
  /** The lines that the app has logged. */
  log: string[]
}

/** An app with routes of every kind, that serves until the end of the test file. */
export async function serveApp(opened: Opened, corsOrigins: string[] = []): Promise<TestApp> {
  const log: string[] = []
  const registry = new Registry()
  const app = createApp({
    logger: createLogger('test', 'info', { write: (line) => void log.push(line) }),
    registry,
    corsOrigins,
    routes: [
      { path: '/things/:id', get: (request, response) => void response.json(request.params) },
      { path: '/both', get: (_, response) => void response.end(), post: (_, r) => void r.end() },
      {
        path: '/problem',
        get: () => {
          throw new Problem('unavailable', 'Shown.', { cause: new Error('hidden cause') })
        },
      },
      { path: '/bug', get: () => Promise.reject(new Error('hidden detail')) },
      {
        path: '/half',
        get: (_request, response) => {
          response.write('half')
          throw new Error('too late')
        },
      },
      { path: '/change', put: (_, r) => void r.end('put'), delete: (_, r) => void r.end('gone') },
      { path: '/before', answeredBefore: ['GET', 'HEAD'] },
    ],
  })

  const port = await openServer(opened, createHttpServer(app))
  return { origin: `http://127.0.0.1:${port}`, registry, log }
}
