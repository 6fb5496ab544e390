import type { RequestHandler } from 'express'
import { Problem } from '../contract/problem.ts'
import { parseEventsQuery } from './eventsQuery.ts'
import { renderRetry } from './frame.ts'
import type { Flusher } from './flusher.ts'
import type { GatewayMetrics } from './metrics.ts'
import { findStart, type StartLog } from './start.ts'
import { Stream } from './stream.ts'
import type { Streams } from './streams.ts'

export interface EventsOptions {
  streams: Streams
  log: StartLog
  flusher: Flusher
  metrics: GatewayMetrics
  /** Undefined while no stream can begin. */
  epoch: () => string | undefined
  isDraining: () => boolean
  maxWaitingBytes: number
  retryMs: () => number
}

/** `GET /events` */
export function getEvents(options: EventsOptions): RequestHandler {
  return async (request, response) => {
    if (request.accepts('text/event-stream') === false) throw new Problem('not-acceptable')
    const [, search = ''] = request.originalUrl.split(/\?(.*)/s)
    const query = parseEventsQuery(search, request.get('Last-Event-ID'))
    if (request.method === 'HEAD') {
      response.status(200).type('text/event-stream').end()
      return
    }
    const { streams, flusher, metrics, maxWaitingBytes, retryMs } = options
    const epoch = options.epoch()
    // A browser's EventSource never comes back after anything but 200: whoever may succeed later gets this instead.
    const comeBack = (): void => {
      response.status(200).set('X-Accel-Buffering', 'no').type('text/event-stream')
      response.end(renderRetry(retryMs()))
    }
    if (epoch === undefined || options.isDraining()) return comeBack()
    const start = await findStart(query.since, query.channels, options.log).catch(() => undefined)
    if (response.destroyed) return
    if (start === undefined) return comeBack()
    const stream = await Stream.open(response, {
      epoch,
      flusher,
      maxWaitingBytes,
      retryMs,
      metrics,
    })
    if (stream === undefined) return
    response.once('close', () => streams.remove(stream))
    streams.add(stream, query.channels, start)
  }
}
