import type { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { GoodbyeReason } from '../../contract/events.ts'
import type { Sender } from '../../contract/message.ts'
import { Problem } from '../../contract/problem.ts'
import type { LogSince } from '../../contract/since.ts'
import { acceptsEventStream } from '../../chassis/accept.ts'
import type { Auth } from '../../chassis/auth/auth.ts'
import type { Identity } from '../../chassis/auth/identity.ts'
import { readClaimedSender } from '../../chassis/claimedSender.ts'
import { clientAddress } from '../../chassis/clientAddress.ts'
import { createCorsLines } from '../../chassis/cors.ts'
import type { Limit } from '../../chassis/limits/limit.ts'
import type { Logger } from '../../chassis/logger.ts'
import { renderProblem } from '../../chassis/problems.ts'
import { requestIdOf } from '../../chassis/requestId.ts'
import { SAFE_LINES } from '../../chassis/safeHeaders.ts'
import { renderControl, type Frame } from '../hub/frame.ts'
import type { Hubs } from '../hub/hubs.ts'
import type { GatewayMetrics } from '../metrics.ts'
import { streamCost, type Admission, type Refusal } from './admission.ts'
import type { Connections } from './connections.ts'
import type { Ephemeral } from './ephemeral.ts'
import type { Exchange, Handle } from './exchange.ts'
import { requestedId, parseEventsQuery, type EventsQuery } from './query.ts'
import { requireOneLog, sinceIn } from './sinceIn.ts'
import { startsOfAll, type FindStart } from './startsOfAll.ts'

/** See Auth. */
export interface StreamAuth {
  authenticator: Pick<Auth['authenticator'], 'identify'>
  access: Pick<Auth['access'], 'require' | 'denial'>
}

export interface EventsOptions {
  /** Undefined with AUTH=open. */
  auth: StreamAuth | undefined
  hubs: Pick<Hubs<Frame>, 'split' | 'epochOf' | 'logWith' | 'channelCount' | 'countNew'>
  connections: Pick<Connections, 'open' | 'begin' | 'beginAll'>
  ephemeral: Pick<Ephemeral, 'begin'>
  admission: Pick<Admission, 'admit' | 'hasRoomFor'>
  /** On new streams, over all gateways. */
  limit: Pick<Limit, 'refusal' | 'take'>
  /** Turns what a reader asked for into a place in a log, as long as `isWanted`. Rejects if the log is away. */
  findStart: FindStart
  metrics: Pick<GatewayMetrics, 'starts' | 'refusals' | 'rejections'>
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
/** Between two questions to a log that is away, for a stream that goes on without it. */
const pause = (): Promise<void> => delay(1_000, undefined, { ref: false })
/** A client that takes nothing of a short answer for so long is not waited for. */
const ANSWER_MS = 10_000

export function createHandler(options: EventsOptions): Handle {
  const { auth, hubs, connections, admission, limit, metrics, logger, retryMs } = options
  const corsLines = createCorsLines(options.corsOrigins)

  return (exchange) => {
    const { method, search, headers, socket } = exchange
    // A reset is only another way to leave, and so is a reader that ends its side: 'close' follows both.
    socket.on('error', ignore)
    socket.allowHalfOpen = false
    const requestId = requestIdOf(exchange)
    const onError = (error: unknown): void =>
      logger.error({ err: error, requestId }, 'a stream could not be begun')
    const common =
      `Date: ${new Date().toUTCString()}\r\nX-Request-Id: ${requestId}\r\n` +
      `${SAFE_LINES}${corsLines(headers.origin)}Connection: close\r\n\r\n`
    const head = STREAM_HEAD + common
    let query: EventsQuery | undefined
    const refuse = (error: unknown): void => {
      if (!(error instanceof Problem)) {
        onError(error)
        return void socket.destroy()
      }
      const { type, status } = error
      if (type === 'unavailable') return sendAway(exchange, head, query)
      metrics.rejections.inc({ reason: type })
      const req = { method, path: '/events' }
      logger.info({ requestId, req, res: { status }, problem: type }, 'request refused')
      finish(socket, renderProblem(error, { requestId, headers: common, method }))
    }
    try {
      if (!acceptsEventStream(headers.accept?.toString())) throw new Problem('not-acceptable')
      const asked = (query = parseEventsQuery(search, headers['last-event-id']?.toString()))
      const logs = hubs.split(asked.channels)
      if (logs.size > 1) requireOneLog(asked)
      const claimed = auth === undefined && asked.ephemeral ? readClaimedSender(headers) : undefined
      const answer = (identity: Identity | undefined): Promise<void> | undefined => {
        if (identity !== undefined) auth?.access.require(identity, 'read', asked.channels)
        if (method !== 'HEAD') return begin(exchange, asked, logs, identity, claimed, head, onError)
        finish(socket, head)
        return undefined
      }
      const identity = auth?.authenticator.identify(headers)
      // At once if the token is known: a storm brings thousands that are.
      const answered = identity instanceof Promise ? identity.then(answer) : answer(identity)
      answered?.catch(refuse)
    } catch (error) {
      refuse(error)
    }
  }

  /** Begins the stream that was asked for, or tells its reader to come back. */
  async function begin(
    exchange: Exchange,
    query: EventsQuery,
    logs: ReadonlyMap<number, readonly string[]>,
    identity: Identity | undefined,
    claimed: Sender | undefined,
    head: string,
    onError: (error: unknown) => void,
  ): Promise<void> {
    const { headers, socket } = exchange
    // It may have left while its token was verified.
    if (socket.destroyed) return
    const [log = 0, ...others] = logs.keys()
    const epoch = hubs.epochOf(log)
    const isUnseen = [log, ...others].every((each) => hubs.epochOf(each) === undefined)
    if (isUnseen || options.isDraining()) return sendAway(exchange, head, query)
    const forwardedFor = headers['x-forwarded-for']?.toString()
    const address = clientAddress(socket, forwardedFor, options.proxyHops)
    // Node would keep what it has read for that: 120 bytes of each stream.
    if ('_peername' in socket) socket._peername = undefined
    const subject = { principal: identity?.principal, address }
    const channels = query.channels.length
    const cost = streamCost(channels)
    if (limit.refusal(subject, cost) !== undefined) return refuse('limit')
    const place = admission.admit({ ...subject, channels }, countChannels(), options.now())
    if (typeof place === 'string') return refuse(place)
    limit.take(subject, cost)
    // From here on the connection owes the place, and gives it back when its socket closes.
    const connection = connections.open(socket, head, place, query.heartbeat, identity)
    const sinceInLog = (each: number): LogSince =>
      sinceIn(each, query, (...of) => hubs.logWith(...of))
    const { kind } = query.since
    const since = kind === 'cursor' ? 'id' : kind
    if (others.length > 0) {
      metrics.starts.inc({ since })
      const { findStart } = options
      const starts = startsOfAll(connection, { sinceIn: sinceInLog, findStart, onError, pause })
      connections.beginAll(connection, logs, starts)
      return beginEphemeral()
    }
    const start = await options
      .findStart({ since: sinceInLog(log), channels: query.channels }, () => connection.isOpen, log)
      .catch((error: unknown) => {
        if (!(error instanceof Problem)) onError(error)
        return undefined
      })
    if (!connection.isOpen) return
    // Meanwhile the log may have become another one, or a drain may have ended the last stream that it will look for.
    if (start === undefined || hubs.epochOf(log) !== epoch || options.isDraining()) {
      return sendAway(exchange, head, query)
    }
    if (!admission.hasRoomFor(countChannels())) return refuse('channels')
    // No review of the open streams has seen this one yet.
    const denial = identity && auth?.access.denial(identity, 'read', query.channels)
    if (denial !== undefined) return sendAway(exchange, head, query, denial)
    metrics.starts.inc({ since })
    connections.begin(connection, query.channels, start)
    beginEphemeral()

    function beginEphemeral(): void {
      if (query.ephemeral === undefined) return
      const person = identity ? { id: identity.principal, name: identity.name } : claimed
      if (person !== undefined) options.ephemeral.begin(connection, query.ephemeral, person)
    }

    function countChannels(): number {
      return hubs.channelCount + hubs.countNew(query.channels)
    }

    function refuse(reason: Refusal): void {
      metrics.refusals.inc({ reason })
      sendAway(exchange, head, query, 'unavailable', OVERLOAD_FACTOR)
    }
  }

  /**
   * A browser's EventSource never comes back after anything but 200. The echo keeps the place of a reader that takes each event's id
   * for its own, also one that is not there.
   */
  function sendAway(
    { method, socket }: Exchange,
    head: string,
    query: EventsQuery | undefined,
    reason: GoodbyeReason = 'unavailable',
    factor = 1,
  ): void {
    const told = { id: query && requestedId(query), retryMs: retryMs() * factor }
    finish(socket, method === 'HEAD' ? head : head + renderControl('goodbye', { reason }, told))
  }
}

function ignore(): void {}

/** An answer's last bytes, or all of it. */
function finish(socket: Socket, text: string): void {
  socket.write(text)
  socket.setTimeout(ANSWER_MS, () => socket.destroy())
  // Also if the client does not close its side.
  socket.destroySoon()
}

/** The body has no length and no chunks: it lasts as long as the connection (RFC 9112, 6.3). */
const STREAM_HEAD =
  'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nX-Accel-Buffering: no\r\n'
