import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import type { RequestHandler } from 'express'
import type { Registry } from 'prom-client'
import { Problem } from '../contract/problem.ts'
import { createAccessLog } from './accessLog.ts'
import { whenEnded } from './ended.ts'
import { type App, createExpress } from './expressApp.ts'
import { createCors } from './cors.ts'
import { createHttpMetrics } from './httpMetrics.ts'
import type { Logger } from './logger.ts'
import { createProblemHandler } from './problems.ts'
import { requestId } from './requestId.ts'
import type { Route } from './route.ts'
import { SAFE_HEADERS } from './safeHeaders.ts'
import { answerUnreadableRequests } from './unreadableRequests.ts'

export interface AppOptions {
  logger: Logger
  registry: Registry
  /** Origins whose pages may call; if empty, only pages of this origin. */
  corsOrigins: string[]
  /** Runs before the handler of every route; throws a Problem to refuse the request. */
  before?: RequestHandler[]
  routes: Route[]
}

/**
 * The services' HTTP edge: request ids, log, metrics, CORS, safe headers, problem+json. A handler answers, or throws a Problem.
 */
export function createApp({ logger, registry, corsOrigins, before = [], routes }: AppOptions): App {
  const app = createExpress(logger)
  app.disable('x-powered-by')
  app.disable('etag')
  app.disable('query parser')
  app.enable('case sensitive routing')
  app.enable('strict routing')
  app.use(requestId, whenEnded([createAccessLog(logger), createHttpMetrics(registry)]))
  app.use((request, response, next) => {
    for (const [name, value] of SAFE) response.setHeader(name, value)
    if (isHostMissing(request)) {
      response.setHeader('Connection', 'close')
      throw new Problem('malformed-request', 'It names no host.')
    }
    next()
  })
  if (corsOrigins.length > 0) app.use(createCors(corsOrigins))
  for (const route of routes) mount(app, route, before)
  app.use(() => {
    throw new Problem('not-found')
  })
  app.use(createProblemHandler())
  return app
}

/**
 * A server with time-outs that close connections whose client sends a request too slowly. None of them touches a streaming
 * answer. `stallMilliseconds` is for answers that end: it closes a connection whose client takes nothing for that long. The keep-
 * alive outlasts nginx's 60 s. Otherwise the server could close just when nginx sends a POST, which nginx may not repeat.
 */
export function createHttpServer(
  listener: RequestListener & Partial<Pick<App, 'classes'>>,
  stallMilliseconds = 0,
): Server {
  const server = createServer(
    {
      ...listener.classes,
      headersTimeout: 10_000,
      requestTimeout: 15_000,
      connectionsCheckingInterval: 5000,
      // Node's answer would be empty.
      requireHostHeader: false,
    },
    listener,
  )
  answerUnreadableRequests(server)
  server.keepAliveTimeout = 75_000
  server.timeout = stallMilliseconds
  return server
}

/** HTTP/1.1 wants one (RFC 9112, 3.2); HTTP/1.0 did not. */
export function isHostMissing({ headers, httpVersion }: IncomingMessage): boolean {
  return headers.host === undefined && httpVersion !== '1.0'
}

const SAFE = Object.entries(SAFE_HEADERS)
const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const

function mount(
  app: App,
  { path, answeredBefore = [], ...handlers }: Route,
  before: RequestHandler[],
): void {
  const route = app.route(path)
  const allow = [...answeredBefore]
  for (const method of METHODS) {
    const handler = handlers[method]
    if (handler === undefined) continue
    route[method](...before, handler)
    allow.push(...(method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()]))
  }
  route.all((_request, response) => {
    response.setHeader('Allow', allow.join(', '))
    throw new Problem('method-not-allowed')
  })
}
