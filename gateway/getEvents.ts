import type { RequestHandler } from 'express'
import { Problem } from '../contract/problem.ts'
import { eventsQueryOf, type OpenEvents } from './openEvents.ts'

/** `GET /events`, however it is asked for. */
export function getEvents(open: OpenEvents): RequestHandler {
  return async (request, response) => {
    if (request.accepts('text/event-stream') === false) throw new Problem('not-acceptable')
    const query = eventsQueryOf(request)
    if (request.method === 'HEAD') {
      response.status(200).type('text/event-stream').end()
      return
    }
    // Where it becomes a stream, its connection is taken away: the response will look as if the reader had left.
    response.locals['streaming'] = true
    await open(request, response, query)
  }
}
