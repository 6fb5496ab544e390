import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { createSession } from 'better-sse'
import type { ControlEvents, GoodbyeReason, ResetReason } from '../contract/events.ts'
import { formatEventId } from '../contract/eventId.ts'
import { renderControl, renderHeartbeat, renderRetry, type Frame } from './frame.ts'
import type { GatewayMetrics } from './metrics.ts'
import { StreamConnection } from './streamConnection.ts'
import type { Batch, Sink } from './subscriber.ts'

/** What all streams of a gateway have in common. */
export interface StreamOptions {
  /** Bytes that may wait for one reader; above that it is cut, and resumes by its id. */
  maxWaitingBytes: number
  /** Milliseconds after which a reader comes back, different for each. */
  retryMs: () => number
  metrics: GatewayMetrics
  /** The reader has not taken everything: watch it. */
  onSlow: (stream: Stream) => void
}

/** One reader's end of the wire. */
export class Stream implements Sink<Frame> {
  readonly #socket: Socket
  readonly #epoch: string
  readonly #options: StreamOptions

  private constructor(socket: Socket, epoch: string, options: StreamOptions) {
    this.#socket = socket
    this.#epoch = epoch
    this.#options = options
  }

  /**
   * Takes the connection over and begins its answer: headers and `retry:`, held back until `begun`, so that they leave with
   * whatever the stream begins with. Undefined where the reader has left meanwhile.
   */
  static async open(
    response: ServerResponse,
    epoch: string,
    options: StreamOptions,
  ): Promise<Stream | undefined> {
    const connection = StreamConnection.take(response)
    if (connection === undefined) return undefined
    const { socket } = connection
    // A reset is only another way to leave; 'close' follows it.
    socket.on('error', () => {})
    await createSession(connection, {
      trustClientEventId: false,
      // One timer serves all streams instead.
      keepAlive: null,
      retry: Math.round(options.retryMs()),
    })
    // A reader that left before this would never be heard to leave: its stream would stay for ever.
    return socket.destroyed ? undefined : new Stream(socket, epoch, options)
  }

  /** At the end of this turn: what others have just read and is to be sent first is sent within it, in the same write. */
  begun(): void {
    setImmediate(() => this.#socket.uncork())
  }

  onClose(listener: () => void): void {
    this.#socket.once('close', listener)
  }

  /** Bytes that wait for the reader. */
  get waitingBytes(): number {
    return this.#socket.writableLength
  }

  /** Bytes that the reader's side has taken. */
  get takenBytes(): number {
    return this.#socket.bytesWritten - this.#socket.writableLength
  }

  ready(event: ControlEvents['ready']): void {
    this.#write(renderControl('ready', event, formatEventId(this.#epoch, event.position)))
  }

  send(batch: Batch<Frame>): void {
    this.#options.metrics.sent.messages += batch.items.length
    this.#write(chunkOf(batch))
  }

  gap(event: ControlEvents['gap']): void {
    this.#options.metrics.gaps.inc({ reason: event.reason })
    this.#write(renderControl('gap', event))
  }

  reset(reason: ResetReason): void {
    this.#options.metrics.resets.inc({ reason })
    this.#write(renderControl('reset', { reason }))
  }

  /** Everything up to `position` has been sent. */
  heartbeat(position: number): void {
    this.#write(renderHeartbeat(this.#epoch, position))
  }

  /** Says goodbye and ends the body cleanly, after what is waiting. */
  end(reason: GoodbyeReason): void {
    this.#options.metrics.ends.inc({ reason })
    this.#write(renderRetry(this.#options.retryMs()) + renderControl('goodbye', { reason }))
    // Also where the reader does not close its side.
    this.#socket.destroySoon()
  }

  /**
   * For a reader that does not read. Not an end, and not a plain close either: those come behind megabytes that the kernel
   * holds for it, which at a slow reader's pace is an hour away. A reset tells it at once, and it resumes by its id.
   */
  cut(): void {
    this.#options.metrics.ends.inc({ reason: 'slow' })
    this.#socket.resetAndDestroy()
  }

  /** Resolves when the reader has taken everything, or is gone. */
  async drained(): Promise<void> {
    const socket = this.#socket
    if (socket.destroyed || !socket.writableNeedDrain) return
    await new Promise<void>((resolve) => {
      const done = (): void => {
        socket.off('drain', done).off('close', done)
        resolve()
      }
      socket.on('drain', done).on('close', done)
    })
  }

  #write(chunk: string | Buffer): void {
    const socket = this.#socket
    if (!socket.writable || socket.write(chunk)) return
    if (socket.writableLength > this.#options.maxWaitingBytes) this.cut()
    else this.#options.onSlow(this)
  }
}

/** For the first stream as a string, which Node writes without a copy on the heap; for all others the same bytes. */
function chunkOf(batch: Batch<Frame>): string | Buffer {
  if (batch.bytes !== undefined) return batch.bytes
  if (batch.text === undefined) return (batch.text = batch.items.map(({ text }) => text).join(''))
  batch.bytes = Buffer.from(batch.text)
  batch.text = undefined
  return batch.bytes
}
