import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { Problem, type ProblemType } from '../../contract/problem.ts'
import { clientAddress } from '../../chassis/clientAddress.ts'
import { SAFE_HEADERS } from '../../chassis/http.ts'
import type { Logger } from '../../chassis/logger.ts'
import { toProblem } from '../../chassis/problems.ts'
import { requestIdOf } from '../../chassis/requestId.ts'
import { renderControl, type Frame } from '../hub/frame.ts'
import type { Hub } from '../hub/hub.ts'
import type { Start } from '../hub/subscription.ts'
import type { Admission, Refusal } from './admission.ts'
import type { Connection } from './connection.ts'
import type { Connections } from './connections.ts'
import { idOf, parseEventsQuery, type EventsQuery, type Since } from './query.ts'

/** The headers that are looked at. */
export const HEADERS = [
  'accept',
  'last-event-id',
  'origin',
  'x-forwarded-for',
  'x-request-id',
] as const

/** A request for `/events`, however it came in. Its answer is written to the socket, and ends it. */
export interface Exchange {
  method: string
  /** The query without its question mark. */
  search: string
  headers: { [name in (typeof HEADERS)[number]]?: string | string[] | undefined }
  socket: Socket
}

export interface EventsOptions {
  hub: Pick<Hub<Frame>, 'epoch' | 'channels'>
  connections: Pick<Connections, 'open' | 'begin'>
  admission: Pick<Admission, 'admit' | 'hasRoomFor'>
  /** Turns what a reader asked for into a place in the log, as long as `isWanted`. Rejects if the log is away. */
  findStart: (
    query: Pick<EventsQuery, 'since' | 'channels'>,
    isWanted: () => boolean,
  ) => Promise<Start<Frame>>
  metrics: {
    starts: { inc: (labels: { since: Since['kind'] }) => void }
    refusals: { inc: (labels: { reason: Refusal }) => void }
    rejections: { inc: (labels: { type: ProblemType }) => void }
  }
  logger: Pick<Logger, 'info' | 'error'>
  isDraining: () => boolean
  /** The origins whose pages may listen. */
  corsOrigins: readonly string[]
  /** Proxies in front, whose X-Forwarded-For is believed. */
  proxyHops: number
  /** Milliseconds after which a reader comes back, different for each. */
  retryMs: () => number
  now: () => number
}

/** Clients refused for overload wait longer than clients refused for a passing reason. */
const OVERLOAD_FACTOR = 5
/** A client that takes nothing of a short answer for so long is not waited for. */
const ANSWER_MS = 10_000

/** Answers `GET /events` and `HEAD /events`. Never throws. */
export type Handle = (exchange: Exchange) => void

export function createHandler(options: EventsOptions): Handle {
  const { hub, connections, admission, metrics, logger } = options
  const origins = new Set(options.corsOrigins)

  /**
   * Begins the stream that was asked for, or tells its reader to come back. Whose it is, what they may hear and until when will
   * be decided here, before there is a place for it.
   */
  const begin = async (
    { headers, socket }: Exchange,
    query: EventsQuery,
    head: string,
    onError: (error: unknown) => void,
  ): Promise<void> => {
    const { epoch } = hub
    const comeBack = (factor = 1): void => {
      // A browser's EventSource never comes back after anything but 200. The echo keeps the place of a reader that takes
      // each event's id for the last.
      const told = { id: idOf(query), retryMs: options.retryMs() * factor }
      finish(socket, head + renderControl('goodbye', { reason: 'unavailable' }, told))
    }
    const refuse = (reason: Refusal): void => {
      metrics.refusals.inc({ reason })
      comeBack(OVERLOAD_FACTOR)
    }
    const channels = (): number => hub.channels.size + hub.channels.countNew(query.channels)
    if (epoch === undefined || options.isDraining()) return comeBack()
    const forwardedFor = headers['x-forwarded-for']?.toString()
    const address = clientAddress(socket.remoteAddress, forwardedFor, options.proxyHops)
    const refusal = admission.admit(address, channels(), options.now())
    if (refusal !== undefined) return refuse(refusal)
    const connection = connections.open(socket, head, address, query.heartbeat)
    const start = await find(connection, query, onError)
    if (!connection.isOpen) return
    // Meanwhile the log may have become another one, or a drain may have ended the last stream that it will look for.
    if (start === undefined || hub.epoch !== epoch || options.isDraining()) return comeBack()
    if (!admission.hasRoomFor(channels())) return refuse('channels')
    metrics.starts.inc({ since: query.since.kind })
    connections.begin(connection, query.channels, start)
  }

  const find = async (
    connection: Connection,
    query: EventsQuery,
    onError: (error: unknown) => void,
  ): Promise<Start<Frame> | undefined> => {
    try {
      return await options.findStart(query, () => connection.isOpen)
    } catch (error) {
      if (!(error instanceof Problem)) onError(error)
      return undefined
    }
  }

  const corsOf = ({ headers: { origin } }: Exchange): string => {
    if (origins.size === 0) return ''
    if (typeof origin !== 'string' || !origins.has(origin)) return 'Vary: Origin\r\n'
    return (
      `Access-Control-Allow-Origin: ${origin}\r\nVary: Origin\r\n` +
      'Access-Control-Expose-Headers: X-Request-Id\r\n'
    )
  }

  return (exchange) => {
    const { method, search, headers, socket } = exchange
    const requestId = requestIdOf(exchange)
    const onError = (error: unknown): void =>
      logger.error({ err: error, requestId }, 'a stream could not be begun')
    const fail = (error: unknown): void => {
      onError(error)
      socket.destroy()
    }
    // A reset is only another way to leave, and so is a reader that ends its side: 'close' follows both.
    socket.on('error', ignore)
    socket.allowHalfOpen = false
    // What a reader sends is of no interest, but only reading shows that it has left.
    socket.resume()
    try {
      const common = `Date: ${new Date().toUTCString()}\r\nX-Request-Id: ${requestId}\r\n${corsOf(exchange)}\r\n`
      try {
        if (!accepts(headers.accept?.toString())) throw new Problem('not-acceptable')
        const query = parseEventsQuery(search, headers['last-event-id']?.toString())
        const head = STREAM_HEAD + common
        if (method === 'HEAD') finish(socket, head)
        else begin(exchange, query, head, onError).catch(fail)
      } catch (error) {
        const problem = toProblem(error)
        if (problem.type === 'internal') throw error
        const { type, status } = problem
        metrics.rejections.inc({ type })
        logger.info(
          { requestId, req: { method, path: '/events' }, res: { status }, problem: type },
          'request refused',
        )
        finish(socket, renderProblem(problem, requestId, common, method))
      }
    } catch (error) {
      fail(error)
    }
  }
}

function ignore(): void {}

/** An answer's last bytes, or all of it. */
function finish(socket: Socket, text: string): void {
  if (!socket.writable) return
  socket.write(text)
  socket.setTimeout(ANSWER_MS, socket.destroy)
  // Also if the client does not close its side.
  socket.destroySoon()
}

const SAFE = Object.entries(SAFE_HEADERS)
  .map(([name, value]) => `${name}: ${value}\r\n`)
  .join('')

/** The body has no length and no chunks: it lasts as long as the connection (RFC 9112, 6.3). */
const STREAM_HEAD =
  'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nX-Accel-Buffering: no\r\n' +
  `Connection: close\r\n${SAFE}`

function renderProblem(
  problem: Problem,
  requestId: string,
  headers: string,
  method: string,
): string {
  const body = JSON.stringify(problem.toDetails(requestId))
  return (
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}\r\n` +
    `Content-Type: application/problem+json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\n` +
    `Connection: close\r\n${SAFE}${headers}${method === 'HEAD' ? '' : body}`
  )
}

/** A range of types, in lower case. Parameters other than `q` narrow it to something that a stream is not. */
const RANGE = /^\s*(text|\*)\/(event-stream|\*)\s*(?:;\s*(?:q=([^;]*).*)?)?$/

/** Whether this Accept header lets a stream be answered: the range that fits it most closely decides (RFC 9110, 12.5.1). */
function accepts(accept = ''): boolean {
  if (accept === '') return true
  let closest = -1
  let quality = 0
  for (const range of accept.toLowerCase().split(',')) {
    const [match, type, subtype, q = '1'] = RANGE.exec(range) ?? []
    if (match === undefined) continue
    const closeness = (type === '*' ? 0 : 2) + (subtype === '*' ? 0 : 1)
    if (closeness < closest) continue
    quality = closeness > closest ? Number.parseFloat(q) : Math.max(quality, Number.parseFloat(q))
    closest = closeness
  }
  return quality > 0
}
