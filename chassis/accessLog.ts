import type { Request, RequestHandler, Response } from 'express'
import type { Logger } from './logger.ts'

/** A longer path is cut in the line. */
const MAX_PATH = 512

/** One line per answered request, without its query, headers and body: people write private things there. */
export function createAccessLog(logger: Logger): RequestHandler {
  // What must be removed elsewhere is not in these lines, and to look for it takes longer than to write one.
  const access = logger.child({}, { redact: [] })
  return (request, response, next) => {
    const started = performance.now()
    response.once('close', () => {
      const level = response.statusCode >= 500 ? 'error' : 'info'
      const outcome = response.writableFinished ? 'completed' : 'aborted'
      access[level](lineOf(request, response, started), `request ${outcome}`)
    })
    next()
  }
}

function lineOf(request: Request, response: Response, started: number) {
  const [path = ''] = request.originalUrl.split('?', 1)
  return {
    requestId: request.id,
    req: { method: request.method, path: path.slice(0, MAX_PATH) },
    res: { status: response.statusCode },
    responseTime: Math.round(performance.now() - started),
  }
}
