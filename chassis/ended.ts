import type { Request, RequestHandler, Response } from 'express'

/** Gets each request at its end, answered or not, and how long it took. */
export type Ended = (request: Request, response: Response, milliseconds: number) => void

/** One listener and one clock for all: each takes time of every request. */
export function whenEnded(listeners: readonly Ended[]): RequestHandler {
  return (request, response, next) => {
    const started = performance.now()
    response.once('close', () => {
      const milliseconds = performance.now() - started
      for (const listener of listeners) listener(request, response, milliseconds)
    })
    next()
  }
}
