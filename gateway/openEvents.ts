import type { IncomingMessage, ServerResponse } from 'node:http'
import proxyAddr from 'proxy-addr'
import type { Admission } from './admission.ts'
import { parseEventsQuery, type EventsQuery } from './eventsQuery.ts'
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
  /** Proxies in front, whose X-Forwarded-For is believed. */
  proxyHops: number
  stream: StreamOptions
}

/** Begins the stream that was asked for, or tells its reader to come back. */
export type OpenEvents = (
  request: IncomingMessage,
  response: ServerResponse,
  query: EventsQuery,
) => Promise<void>

/** Who was refused because there is too much comes back later than who was only unlucky. */
const OVERLOAD_FACTOR = 5

/** What `GET /events` asks for. Throws what `parseEventsQuery` does. */
export function eventsQueryOf({ url = '', headers }: IncomingMessage): EventsQuery {
  const mark = url.indexOf('?')
  return parseEventsQuery(
    mark === -1 ? '' : url.slice(mark + 1),
    headers['last-event-id']?.toString(),
  )
}

export function openEvents(options: EventsOptions): OpenEvents {
  const { streams, slow, admission, metrics, proxyHops } = options
  const { retryMs } = options.stream
  const isProxy = (_address: string, hop: number): boolean => hop < proxyHops
  return async (request, response, { channels, since }) => {
    const epoch = options.epoch()
    if (epoch === undefined || options.isDraining()) return comeBack(response, retryMs())
    const address = proxyAddr(request, isProxy)
    const refusal = admission.admit(address, performance.now())
    if (refusal !== undefined) {
      metrics.refusals.inc({ reason: refusal })
      return comeBack(response, retryMs() * OVERLOAD_FACTOR)
    }
    // Until a stream has it, which gives it back when it closes.
    let isOwed = true
    try {
      const start = await findStart(since, channels, options.log).catch(() => undefined)
      // In any wait the log may become another one, or a drain may end the last stream that it will look for.
      const isOver = (): boolean => options.epoch() !== epoch || options.isDraining()
      if (start === undefined || isOver()) return comeBack(response, retryMs())
      const stream = await Stream.open(response, epoch, options.stream)
      if (stream === undefined) return
      isOwed = false
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
      if (isOwed) admission.release(address)
    }
  }
}

/** A browser's EventSource never comes back after anything but 200: whoever may succeed later gets this. */
function comeBack(response: ServerResponse, ms: number): void {
  if (response.destroyed) return
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'X-Accel-Buffering': 'no' })
  response.end(renderRetry(ms))
}
