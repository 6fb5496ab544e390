import type { IncomingMessage, RequestListener } from 'node:http'
import { Problem } from '../contract/problem.ts'
import { setSafeHeaders } from '../chassis/http.ts'
import { requestIdOf } from '../chassis/requestId.ts'
import type { EventsQuery } from './eventsQuery.ts'
import { eventsQueryOf, type OpenEvents } from './openEvents.ts'

const PATH = '/events?'
/** What EventSource, and clients without a wish, send: nothing is to be negotiated. */
const ACCEPTED: readonly unknown[] = ['text/event-stream', '*/*', undefined]

/**
 * Answers the ordinary `GET /events` without the way through `app`. A fourth of what a storm of returning readers costs was
 * spent there: on a router for one route, and on the log line and duration of an answer that has neither. Whatever is not
 * ordinary (a page of another origin, a mistake, HEAD, any other path) goes to `app`, which answers it all.
 */
export function fastPath(
  open: OpenEvents,
  app: RequestListener,
  onError: (error: unknown) => void,
): RequestListener {
  return (request, response) => {
    const query = ordinaryQuery(request)
    if (query === undefined) return app(request, response)
    response.setHeader('X-Request-Id', requestIdOf(request))
    setSafeHeaders(response)
    open(request, response, query).catch((error: unknown) => {
      onError(error)
      response.destroy()
    })
  }
}

/** Undefined where something about the request is out of the ordinary. */
function ordinaryQuery(request: IncomingMessage): EventsQuery | undefined {
  const { method, url = '', headers } = request
  if (method !== 'GET' || !url.startsWith(PATH)) return undefined
  if (headers.origin !== undefined || !ACCEPTED.includes(headers.accept)) return undefined
  try {
    return eventsQueryOf(request)
  } catch (error) {
    if (error instanceof Problem) return undefined
    throw error
  }
}
