import type { Request, RequestHandler, Response } from 'express'

/** Gets each request at its end, answered or not, and how long it took. */
export type Ended = (request: Request, response: Response, milliseconds: number) => void

/** One listener for all: Node warns of a leak if a response has more than ten, and a pipeline to it needs several. */
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
