import { once } from 'node:events'
import type { RequestListener, Server } from 'node:http'
import type { Socket } from 'node:net'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { createApp, createHttpServer } from '../../chassis/http.ts'
import { Admission, type AdmissionOptions } from '../../gateway/events/admission.ts'
import type { Connection } from '../../gateway/events/connection.ts'
import { clock, type Clock } from '../../chassis/clock.ts'
import { Connections } from '../../gateway/events/connections.ts'
import type { Ephemeral } from '../../gateway/events/ephemeral.ts'
import { createListener, openFrontDoor } from '../../gateway/events/frontDoor.ts'
import type { Handle } from '../../gateway/events/exchange.ts'
import { createHandler, type EventsOptions } from '../../gateway/events/handler.ts'
import { renderMessage, type Frame } from '../../gateway/hub/frame.ts'
import type { Hub } from '../../gateway/hub/hub.ts'
import { createGatewayMetrics } from '../../gateway/metrics.ts'
import type { Opened } from './disposables.ts'
import { portOf } from './openServer.ts'
import { createStreamHub, onlyHub } from './streamHub.ts'
import { entry, placeAt } from './testRedis.ts'
import { UNLIMITED } from './unlimited.ts'

interface StreamServerOptions {
  connectionBufferBytes?: number
  stallMs?: number
  totalBufferBytes?: number
  heartbeatMs?: number
  maxAgeMs?: number
  admission?: Partial<AdmissionOptions>
  limit?: EventsOptions['limit']
  corsOrigins?: string[]
  ephemeral?: Pick<Ephemeral, 'begin' | 'end'>
  proxyHops?: number
  findStart?: EventsOptions['findStart']
  /** No channel becomes ready until the test calls `answer`. */
  holdsChannels?: boolean
  /** False: every connection goes to Node's server at once. */
  hasDoor?: boolean
  /** The clock by which the front door closes silent connections. */
  doorClock?: Clock
  /** Without it, AUTH=open. */
  auth?: EventsOptions['auth']
  /** The gateway has not read the log yet. */
  isUnseen?: boolean
}

const RETRY_MS = 1_500

/** The start of a query that names a place. */
const findStart: EventsOptions['findStart'] = async ({ since }) => {
  if (since.kind === 'id') return { epoch: since.epoch, after: since.position }
  return since.kind === 'position' ? { after: since.position } : {}
}

/**
 * The gateway's `/events` on a socket, over its own hub, in the process of the test. The test stands in for Redis and the log: every
 * channel is ready at once, and `send` delivers a message.
 */
export class StreamServer {
  origin = ''
  isDraining = false
  readonly registry = new Registry()
  readonly metrics = createGatewayMetrics(this.registry)
  readonly hub: Hub<Frame>
  readonly admission: Admission
  readonly connections: Connections
  /** The connections whose stream began, in that order. */
  readonly begun: Connection[] = []
  /** Requests that the front door passed on. */
  passedOn = 0
  /** The log lines. */
  readonly log: Record<string, unknown>[] = []
  readonly server: Server
  readonly handle: Handle
  /** The listener of Node's server. */
  readonly listener: RequestListener
  /** By the client's port. The server has no listener and keeps no socket because of it: tests count both. */
  readonly #sockets = new Map<number | undefined, WeakRef<Socket>>()
  #head = 0
  #stop = (): void => {}

  constructor(options: StreamServerOptions = {}) {
    const { holdsChannels = false } = options
    this.hub = createStreamHub(() => {
      if (!holdsChannels) this.answer()
    })
    this.admission = new Admission({
      maxStreams: 10_000,
      maxChannels: 10_000,
      ratePerSecond: 10_000,
      burst: 10_000,
      maxMemoryBytes: Infinity,
      perAddress: UNLIMITED,
      perPrincipal: UNLIMITED,
      ...options.admission,
    })
    const hubs = onlyHub(this.hub)
    this.connections = new Connections({
      hubs,
      admission: this.admission,
      metrics: this.metrics,
      clock,
      wallNow: () => Date.now(),
      heartbeatMs: options.heartbeatMs ?? 60_000,
      maxAgeMs: options.maxAgeMs ?? 600_000,
      stallMs: options.stallMs ?? 60_000,
      connectionBufferBytes: options.connectionBufferBytes ?? 1_048_576,
      totalBufferBytes: options.totalBufferBytes ?? 1e9,
      drainMs: 500,
      onEnd: (connection) => options.ephemeral?.end(connection),
      retryMs: () => RETRY_MS,
    })
    const corsOrigins = options.corsOrigins ?? ['https://chat.example']
    this.handle = createHandler({
      auth: options.auth,
      hubs,
      connections: {
        open: (...from) => this.connections.open(...from),
        begin: (connection, ...how) => {
          this.begun.push(connection)
          this.connections.begin(connection, ...how)
        },
        beginAll: (...how) => this.connections.beginAll(...how),
      },
      ephemeral: options.ephemeral ?? { begin: () => {} },
      admission: this.admission,
      limit: options.limit ?? { refusal: () => undefined, take: () => {} },
      findStart: options.findStart ?? findStart,
      metrics: this.metrics,
      logger: pino({}, { write: (line: string) => void this.log.push(JSON.parse(line)) }),
      isDraining: () => this.isDraining,
      corsOrigins,
      proxyHops: options.proxyHops ?? 0,
      retryMs: () => RETRY_MS,
      now: clock.now,
    })
    const app = createApp({
      logger: pino({ level: 'silent' }),
      registry: this.registry,
      corsOrigins,
      routes: [{ path: '/events', answeredBefore: ['GET', 'HEAD'] }],
    })
    this.listener = createListener(this.handle, app)
    const counted: RequestListener = (request, response) => {
      this.passedOn++
      this.listener(request, response)
    }
    this.server = createHttpServer(counted)
    if (options.hasDoor !== false) {
      openFrontDoor(this.server, this.handle, options.doorClock ?? clock)
    }
    this.server.on('connection', (socket: Socket) => {
      this.#sockets.set(socket.remotePort, new WeakRef(socket))
    })
    if (options.isUnseen !== true) this.begin('e1')
  }

  async listen(): Promise<this> {
    this.server.listen(0, '127.0.0.1')
    await once(this.server, 'listening')
    this.origin = `http://127.0.0.1:${portOf(this.server)}`
    this.#stop = this.connections.start()
    return this
  }

  /** Begins another empty log, or the first one. */
  begin(epoch: string): void {
    this.hub.begin(epoch, placeAt(0))
  }

  /** Answers the hub's question to the log: all channels are ready, and empty. */
  answer(): void {
    const question = this.hub.nextQuestion()
    if (question === undefined) return
    this.hub.answered(question, {
      epoch: 'e1',
      ...placeAt(0),
      channels: new Map(),
      lows: new Map(),
    })
  }

  /** The bytes read from a client's port, as RawClient asks for them. */
  readonly readFrom = (port: number): number => this.#sockets.get(port)?.deref()?.bytesRead ?? 0

  /** Delivers a message on the channel `a`. */
  send(data = '"x"'): Frame {
    const previous = this.#head++
    const frame = renderMessage('e1', entry(this.#head, previous, 'a', data))
    this.hub.fanout.publish(frame)
    return frame
  }

  /** The value of a counter for a label. */
  async count(
    name: 'ends' | 'refusals' | 'resets' | 'gaps' | 'rejections' | 'starts',
    label: string,
  ): Promise<number> {
    const { values } = await this.metrics[name].get()
    return values.find(({ labels }) => Object.values(labels).includes(label))?.value ?? 0
  }

  async close(): Promise<void> {
    await this.connections.drain(new AbortController().signal)
    this.#stop()
    this.server.close()
    this.server.closeAllConnections()
  }
}

/** A listening StreamServer, until the end of the test file. */
export async function openStreams(
  opened: Opened,
  options: StreamServerOptions = {},
): Promise<StreamServer> {
  const server = await new StreamServer(options).listen()
  opened.add(() => server.close())
  return server
}
