import type { RequestHandler, Response } from 'express'
import { Problem } from '../contract/problem.ts'
import type { Admission } from './admission.ts'
import { parseEventsQuery } from './eventsQuery.ts'
import { renderRetry } from './frame.ts'
import type { GatewayMetrics } from './metrics.ts'
import { findStart, type StartLog } from './start.ts'
import { Stream, type StreamOptions } from './stream.ts'
import type { SlowReaders } from './slowReaders.ts'
import type { Streams } from './streams.ts'

export interface EventsOptions {
  streams: Streams
  slow: SlowReaders
  admission: Admission
  log: StartLog
  metrics: GatewayMetrics
  /** Undefined while no stream can begin. */
  epoch: () => string | undefined
  isDraining: () => boolean
  stream: StreamOptions
}

/** Who was refused because there is too much comes back later than who was only unlucky. */
const OVERLOAD_FACTOR = 5

/** `GET /events` */
export function getEvents(options: EventsOptions): RequestHandler {
  const { streams, slow, admission, metrics } = options
  return async (request, response) => {
    if (request.accepts('text/event-stream') === false) throw new Problem('not-acceptable')
    const [, search = ''] = request.originalUrl.split(/\?(.*)/s)
    const { channels, since } = parseEventsQuery(search, request.get('Last-Event-ID'))
    if (request.method === 'HEAD') {
      response.status(200).type('text/event-stream').end()
      return
    }
    const { retryMs } = options.stream
    const epoch = options.epoch()
    if (epoch === undefined || options.isDraining()) return comeBack(response, retryMs())
    const address = request.ip ?? ''
    const refusal = admission.admit(address, performance.now())
    if (refusal !== undefined) {
      metrics.refusals.inc({ reason: refusal })
      return comeBack(response, retryMs() * OVERLOAD_FACTOR)
    }
    let isAdmitted = true
    const release = (): void => {
      if (isAdmitted) admission.release(address)
      isAdmitted = false
    }
    try {
      const start = await findStart(since, channels, options.log).catch(() => undefined)
      // In any wait the log may become another one, or a drain may end the last stream that it will look for.
      const isOver = (): boolean => options.epoch() !== epoch || options.isDraining()
      if (start === undefined || isOver()) return comeBack(response, retryMs())
      // From here on the connection is a stream: to the server it looks as if its reader had left.
      response.locals['streaming'] = true
      const stream = await Stream.open(response, epoch, options.stream)
      if (stream === undefined) return
      isAdmitted = false
      stream.onClose(() => {
        admission.release(address)
        slow.remove(stream)
        streams.remove(stream)
      })
      if (isOver()) stream.end('shutdown')
      else {
        metrics.starts.inc({ since: since.kind })
        streams.add(stream, channels, start)
      }
      stream.begun()
    } finally {
      release()
    }
  }
}

/** A browser's EventSource never comes back after anything but 200: whoever may succeed later gets this. */
function comeBack(response: Response, ms: number): void {
  if (response.destroyed) return
  response.status(200).set('X-Accel-Buffering', 'no').type('text/event-stream')
  response.end(renderRetry(ms))
}
