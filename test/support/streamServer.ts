import { once } from 'node:events'
import type { RequestListener, Server } from 'node:http'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { createApp, createHttpServer } from '../../chassis/http.ts'
import { Admission, type AdmissionOptions } from '../../gateway/admission.ts'
import { Audience } from '../../gateway/audience.ts'
import { fastPath } from '../../gateway/fastPath.ts'
import { renderMessage, type Frame } from '../../gateway/frame.ts'
import { getEvents } from '../../gateway/getEvents.ts'
import { HeapTrim } from '../../gateway/heapTrim.ts'
import { createGatewayMetrics } from '../../gateway/metrics.ts'
import { openEvents } from '../../gateway/openEvents.ts'
import { Ring } from '../../gateway/ring.ts'
import { SlowReaders } from '../../gateway/slowReaders.ts'
import type { StartLog } from '../../gateway/start.ts'
import type { Stream } from '../../gateway/stream.ts'
import { Streams } from '../../gateway/streams.ts'
import { entry } from './testRedis.ts'

export interface StreamServerOptions {
  maxWaitingBytes?: number
  stallMs?: number
  maxTotalBytes?: number
  heartbeatMs?: number
  maxAgeMs?: number
  admission?: Partial<AdmissionOptions>
  proxyHops?: number
  log?: StartLog
}

const headAlone = { epoch: 'e1', position: 0, channels: new Map<string, number>() }

const nothing: StartLog = {
  head: () => Promise.resolve({ epoch: 'e1', position: 0 }),
  positionBefore: () => Promise.resolve(0),
  page: () => Promise.resolve({ entries: [] }),
}

/**
 * The gateway's `GET /events` on a socket, over its own audience, in the process of the test. What would come from Redis and
 * the log the test says itself: every channel is ready at once, and `send` is a message that came.
 */
export class StreamServer {
  origin = ''
  isDraining = false
  /** Undefined: the log has not been seen yet. */
  epoch: string | undefined = 'e1'
  readonly registry = new Registry()
  readonly metrics = createGatewayMetrics(this.registry)
  readonly audience: Audience<Frame>
  readonly streams: Streams
  /** Those that were seen to be slow. */
  readonly slow: Stream[] = []
  /** Requests that took the way through Express. */
  throughApp = 0
  /** Failures that nobody foresaw. */
  readonly errors: unknown[] = []
  readonly #server: Server
  #head = 0

  constructor(options: StreamServerOptions = {}) {
    const audience = new Audience<Frame>(
      {
        wanted: (channels) => {
          for (const name of channels) audience.channels.setState(name, 'activating')
          const heads = new Map(channels.map((name) => [name, 0]))
          audience.activated({ epoch: 'e1', position: 0, channels: heads })
        },
        askHead: () => setImmediate(() => audience.activated(headAlone)),
        flushSoon: () => setImmediate(() => audience.flush()),
        pause: (subscriber) =>
          void subscriber.sink
            .drained()
            .then(() => audience.page(subscriber, [], subscriber.cursor)),
        read: (subscriber, _after, upTo) => audience.page(subscriber, [], upTo),
      },
      new Ring(
        0,
        { maxItems: 100_000, maxBytes: 1e9, pieceBytes: 524_288 },
        ({ text }) => text.length,
      ),
    )
    audience.begin('e1', 0)
    this.audience = audience
    const readers = new SlowReaders({
      stallMs: options.stallMs ?? 60_000,
      maxTotalBytes: options.maxTotalBytes ?? 1e9,
    })
    this.streams = new Streams({
      audience,
      slow: readers,
      trim: new HeapTrim(
        () => {},
        () => 0,
      ),
      metrics: this.metrics,
      heartbeatMs: options.heartbeatMs ?? 60_000,
      maxAgeMs: options.maxAgeMs ?? 600_000,
      drainMs: 500,
    })
    const open = openEvents({
      streams: this.streams,
      slow: readers,
      admission: new Admission({
        maxStreams: 10_000,
        maxStreamsPerAddress: 10_000,
        ratePerSecond: 10_000,
        burst: 10_000,
        maxMemoryBytes: Infinity,
        ...options.admission,
      }),
      log: options.log ?? nothing,
      metrics: this.metrics,
      epoch: () => this.epoch,
      isDraining: () => this.isDraining,
      proxyHops: options.proxyHops ?? 0,
      stream: {
        maxWaitingBytes: options.maxWaitingBytes ?? 1_048_576,
        retryMs: () => 1_500,
        metrics: this.metrics,
        onSlow: (stream) => {
          this.slow.push(stream)
          readers.add(stream, performance.now())
        },
      },
    })
    const app = createApp({
      logger: pino({ level: 'silent' }),
      registry: this.registry,
      corsOrigins: ['https://chat.example'],
      routes: [{ path: '/events', streams: true, get: getEvents(open) }],
    })
    const counted: RequestListener = (request, response) => {
      this.throughApp++
      app(request, response)
    }
    this.#server = createHttpServer(fastPath(open, counted, (error) => this.errors.push(error)))
  }

  async listen(): Promise<this> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    const address = this.#server.address()
    if (address === null || typeof address === 'string') throw new Error('not listening')
    this.origin = `http://127.0.0.1:${address.port}`
    this.streams.start()
    return this
  }

  /** A message that came, on the channel `a`. */
  send(data = '"x"'): Frame {
    const previous = this.#head++
    const frame = renderMessage('e1', entry(this.#head, previous, 'a', data))
    this.audience.accept(frame)
    return frame
  }

  /** The value of a counter, for its label. */
  async count(name: 'ends' | 'refusals' | 'resets' | 'gaps', reason: string): Promise<number> {
    const { values } = await this.metrics[name].get()
    return values.find(({ labels }) => labels.reason === reason)?.value ?? 0
  }

  async close(): Promise<void> {
    await this.streams.drain(new AbortController().signal)
    this.#server.close()
    this.#server.closeAllConnections()
  }
}

/** A StreamServer that listens, closed with the test file. */
export async function openStreams(
  opened: { add: (dispose: () => unknown) => void },
  options: StreamServerOptions = {},
): Promise<StreamServer> {
  const server = await new StreamServer(options).listen()
  opened.add(() => server.close())
  return server
}
