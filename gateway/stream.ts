import type { ServerResponse } from 'node:http'
import { createSession } from 'better-sse'
import type { ControlEvents, GoodbyeReason, ResetReason } from '../contract/events.ts'
import { formatEventId } from '../contract/eventId.ts'
import type { Flusher } from './flusher.ts'
import { renderControl, renderRetry, type Frame } from './frame.ts'
import type { GatewayMetrics } from './metrics.ts'
import { StreamConnection } from './streamConnection.ts'
import type { Sink } from './subscriber.ts'

export interface StreamOptions {
  epoch: string
  flusher: Flusher
  /** Bytes that may wait for the reader; above that it is cut, and resumes by its id. */
  maxWaitingBytes: number
  /** Milliseconds after which a reader comes back, different for each stream. */
  retryMs: () => number
  metrics: GatewayMetrics
}

/** One reader's end of the wire. What is sent in one turn of the event loop leaves as one write. */
export class Stream implements Sink<Frame> {
  readonly #response: ServerResponse
  readonly #connection: StreamConnection
  readonly #options: StreamOptions
  #waiting = ''
  #ended = false

  private constructor(
    response: ServerResponse,
    connection: StreamConnection,
    options: StreamOptions,
  ) {
    this.#response = response
    this.#connection = connection
    this.#options = options
  }

  /** Sends the headers and `retry:`. Undefined where the reader has left meanwhile. */
  static async open(response: ServerResponse, options: StreamOptions): Promise<Stream | undefined> {
    const connection = new StreamConnection(response)
    await createSession(connection, {
      trustClientEventId: false,
      // One timer serves all streams instead.
      keepAlive: null,
      retry: Math.round(options.retryMs()),
    })
    // A reader that left before this would never be heard to leave: its stream would stay for ever.
    return response.destroyed ? undefined : new Stream(response, connection, options)
  }

  ready(event: ControlEvents['ready']): void {
    this.write(renderControl('ready', event, formatEventId(this.#options.epoch, event.position)))
  }

  send(frame: Frame): void {
    this.#options.metrics.sent.messages++
    this.write(frame.text)
  }

  gap(event: ControlEvents['gap']): void {
    this.#options.metrics.gaps.inc({ reason: event.reason })
    this.write(renderControl('gap', event))
  }

  reset(reason: ResetReason): void {
    this.#options.metrics.resets.inc({ reason })
    this.write(renderControl('reset', { reason }))
  }

  /** Everything up to `position` has been sent. */
  heartbeat(position: number): void {
    const id = formatEventId(this.#options.epoch, position)
    this.write(renderControl('heartbeat', { position }, id))
  }

  /** Says goodbye and ends the body cleanly, after what is waiting. */
  end(reason: GoodbyeReason): void {
    if (this.#ended) return
    this.write(renderRetry(this.#options.retryMs()) + renderControl('goodbye', { reason }))
    this.flush()
    this.#ended = true
    this.#response.end()
  }

  write(text: string): void {
    if (this.#ended) return
    if (this.#waiting === '') this.#options.flusher.add(this)
    this.#waiting += text
  }

  flush(): void {
    const text = this.#waiting
    this.#waiting = ''
    if (text === '' || this.#ended) return
    this.#connection.sendChunk(text)
    if (this.#response.writableLength > this.#options.maxWaitingBytes) {
      this.#ended = true
      this.#options.metrics.ends.inc({ reason: 'slow' })
      // Not `end`: that would wait for the very reader that does not read.
      this.#response.destroy()
    }
  }

  /** Resolves when the reader has taken everything, or is gone. */
  async drained(): Promise<void> {
    this.flush()
    if (this.#ended || this.#response.destroyed || !this.#response.writableNeedDrain) return
    await new Promise<void>((resolve) => {
      const done = (): void => {
        this.#response.off('drain', done)
        this.#response.off('close', done)
        resolve()
      }
      this.#response.on('drain', done)
      this.#response.on('close', done)
    })
  }
}
