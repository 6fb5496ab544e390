import { createServer, type RequestListener, type Server } from 'node:http'
import express, { type Express, type RequestHandler } from 'express'
import type { Registry } from 'prom-client'
import { Problem } from '../contract/problem.ts'
import { createAccessLog } from './accessLog.ts'
import { createCors } from './cors.ts'
import { createHttpMetrics } from './httpMetrics.ts'
import type { Logger } from './logger.ts'
import { createProblemHandler } from './problems.ts'
import { requestId } from './requestId.ts'
import type { Route } from './route.ts'

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
export function createApp({
  logger,
  registry,
  corsOrigins,
  before = [],
  routes,
}: AppOptions): Express {
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.disable('query parser')
  app.enable('case sensitive routing')
  app.enable('strict routing')
  app.use(requestId, createAccessLog(logger), createHttpMetrics(registry))
  app.use((_request, response, next) => {
    for (const [name, value] of Object.entries(SAFE_HEADERS)) response.setHeader(name, value)
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
export function createHttpServer(listener: RequestListener, stallMilliseconds = 0): Server {
  const server = createServer(
    { headersTimeout: 10_000, requestTimeout: 15_000, connectionsCheckingInterval: 5000 },
    listener,
  )
  server.keepAliveTimeout = 75_000
  server.timeout = stallMilliseconds
  return server
}

/** On every response: no MIME sniffing, no caching. */
const SAFE_HEADERS = { 'X-Content-Type-Options': 'nosniff', 'Cache-Control': 'no-store' }
/** The same, for answers that Express does not write. */
export const SAFE_LINES = Object.entries(SAFE_HEADERS)
  .map(([name, value]) => `${name}: ${value}\r\n`)
  .join('')

function mount(
  app: Express,
  { path, get, post, answeredBefore = [] }: Route,
  before: RequestHandler[],
): void {
  const route = app.route(path)
  if (get !== undefined) route.get(...before, get)
  if (post !== undefined) route.post(...before, post)
  const allow = [
    ...answeredBefore,
    ...(get === undefined ? [] : ['GET', 'HEAD']),
    ...(post === undefined ? [] : ['POST']),
  ]
  route.all((_request, response) => {
    response.setHeader('Allow', allow.join(', '))
    throw new Problem('method-not-allowed')
  })
}
