import type { Socket } from 'node:net'
import type { Cursor } from '../../contract/cursor.ts'
import type { ControlEvents, GoodbyeReason, ResetReason } from '../../contract/events.ts'
import type { Identity } from '../../chassis/auth/identity.ts'
import type { Slotted } from '../../chassis/slots.ts'
import { chunkOf, renderControl, renderHeartbeat, type Frame } from '../hub/frame.ts'
import type { Asked } from '../hub/hubs.ts'
import type { Start } from '../hub/joining.ts'
import type { JointSink } from '../hub/jointSink.ts'
import type { JointSubscription } from '../hub/jointSubscription.ts'
import type { Batch } from '../hub/replayBuffer.ts'
import type { Sink } from '../hub/sink.ts'
import type { Subscription } from '../hub/subscription.ts'
import type { Place } from './admission.ts'
import type { ConnectionOptions } from './connectionOptions.ts'
import { drained } from './drained.ts'
import { writeWithIds } from './ownIds.ts'

const OWNER = Symbol('connection')

/**
 * One reader's end of the wire, from its admission until its socket closes. Whatever it holds is given back when that happens,
 * in `release`, and nowhere else. There is one for each open stream, so it holds as little as it can: a `#private` method would
 * mark each object, with 8 bytes.
 */
export class Connection implements Sink<Frame>, JointSink<Frame>, Slotted<Connection>, Place {
  /** Milliseconds between heartbeats. This and the next four are for Connections. */
  readonly heartbeatMs: number
  before: Slotted<Connection>['before']
  after: Slotted<Connection>['after']
  readyBy = 0
  endsAt = 0
  /** Whose token opened it; undefined with AUTH=open. Shared by all of that token. */
  readonly identity: Identity | undefined
  /** This and the next are its place, without an object of its own. */
  readonly address: string
  readonly named: number
  readonly #socket: Socket
  readonly #options: ConnectionOptions
  /** Goes out with the first event, in one write; empty from then on. */
  #head: string
  #subscription: Subscription<Frame> | JointSubscription<Frame> | undefined

  /** The place is released when the socket closes, which must not have happened yet. */
  constructor(
    socket: Socket,
    head: string,
    place: Place,
    heartbeatMs: number,
    identity: Identity | undefined,
    options: ConnectionOptions,
  ) {
    this.heartbeatMs = heartbeatMs
    this.identity = identity
    this.#socket = socket
    this.#head = head
    this.address = place.address
    this.named = place.named
    this.#options = options
    Object.assign(socket, { [OWNER]: this }).on('close', onSocketClose)
  }

  get principal(): string | undefined {
    return this.identity?.principal
  }

  /** Whether its reader is still there. */
  get isOpen(): boolean {
    return this.#socket.writable
  }

  /** It has not been told `ready` yet. */
  get isWaiting(): boolean {
    return this.#subscription?.state === 'waiting'
  }

  /** What its reader hears. */
  get channels(): string[] {
    return this.#subscription?.channels.map(({ name }) => name) ?? []
  }

  /** Bytes that wait for the reader. */
  get waitingBytes(): number {
    return this.#socket.writableLength
  }

  /** Bytes that it has taken: the kernel holds some of them. */
  get takenBytes(): number {
    return this.#socket.bytesWritten - this.#socket.writableLength
  }

  /** Something that was sent has not left. */
  get isFull(): boolean {
    return this.#socket.writableNeedDrain
  }

  join(channels: readonly string[], start: Start<Frame>): void {
    this.#subscription = this.#options.hubs.join(channels, start, this)
  }

  /** The same for channels of several logs. */
  joinAll(logs: ReadonlyMap<number, readonly string[]>, asked: Asked<Frame>): void {
    this.#subscription = this.#options.hubs.joinAll(logs, asked, this)
  }

  ready(event: ControlEvents['ready'], at: Cursor | string): void {
    // Until the end of this turn: what others have just read, and is sent first, leaves in the same write.
    this.#socket.cork()
    setImmediate(uncork, this.#socket)
    const retryMs = this.#options.retryMs()
    this.write(this.#head + renderControl('ready', event, { id: at.toString(), retryMs }))
    this.#head = ''
  }

  send(batch: Batch<Frame>): void {
    const socket = this.#socket
    if (!socket.writable) return
    this.#options.metrics.sent.messages += batch.items.length
    if (!socket.write(chunkOf(batch))) this.bound()
  }

  sendAs(batch: Batch<Frame>, idOf: (position: number) => string): void {
    if (!this.#socket.writable) return
    this.#options.metrics.sent.messages += batch.items.length
    if (!writeWithIds(this.#socket, batch, idOf)) this.bound()
  }

  gap(event: ControlEvents['gap'], at: Cursor | string): void {
    this.#options.metrics.gaps.inc({ reason: event.reason })
    this.write(renderControl('gap', event, { id: at.toString() }))
  }

  reset(reason: ResetReason, at: Cursor | string, channels?: string[]): void {
    this.#options.metrics.resets.inc({ reason })
    const event = channels === undefined ? { reason } : { reason, channels }
    this.write(renderControl('reset', event, { id: at.toString() }))
  }

  /** Tells how far everything has been sent. */
  heartbeat(): void {
    const at = this.#subscription && this.#options.hubs.resumeAt(this.#subscription)
    if (at !== undefined) this.write(renderHeartbeat(at))
  }

  /** Writes what is ephemeral. False if it would wait in front of messages, or of `ready`. */
  tell(text: string): boolean {
    const socket = this.#socket
    if (this.#head !== '' || !socket.writable || socket.writableNeedDrain) return false
    this.write(text)
    return true
  }

  /** Leaves the hub and ends the body cleanly, after what is waiting. */
  leave(reason: GoodbyeReason): void {
    const at = this.#subscription && this.#options.hubs.resumeAt(this.#subscription)
    this.leaveHub()
    this.end(reason, at)
  }

  end(reason: GoodbyeReason, at: Cursor | string | undefined): void {
    const socket = this.#socket
    if (!socket.writable) return
    const { metrics, retryMs, onSlow } = this.#options
    metrics.ends.inc({ reason })
    const told = { id: at?.toString(), retryMs: retryMs() }
    socket.write(this.#head + renderControl('goodbye', { reason }, told))
    // Also if the reader does not close its side.
    socket.destroySoon()
    // No write will find out that this reader has stopped reading.
    if (socket.writableLength > 0) onSlow(this)
  }

  /**
   * For a reader that does not read. Not an end, and not a plain close either: those come behind megabytes that the kernel
   * holds for it, which at a slow consumer's pace is an hour away. A reset tells it at once, and it resumes by its id.
   */
  disconnect(): void {
    const socket = this.#socket
    if (socket.destroyed) return
    if (!socket.writableEnded) this.#options.metrics.ends.inc({ reason: 'slow' })
    socket.resetAndDestroy()
  }

  drained(): Promise<void> {
    return drained(this.#socket)
  }

  private write(chunk: string | Buffer): void {
    const socket = this.#socket
    // One that cannot be written to any more is closing, which takes a reader's help if something still waits for it.
    const isTaken = socket.writable ? socket.write(chunk) : socket.writableLength === 0
    if (!isTaken) this.bound()
  }

  /** Bounds what waits for a reader that has not taken everything. */
  private bound(): void {
    if (this.waitingBytes > this.#options.connectionBufferBytes) this.disconnect()
    else this.#options.onSlow(this)
  }

  private leaveHub(): void {
    if (this.#subscription === undefined) return
    this.#options.hubs.leave(this.#subscription, this.#options.now())
    this.#subscription = undefined
  }

  /** Its socket has closed. */
  release(): void {
    this.leaveHub()
    this.#options.admission.release(this)
    this.#options.onClose(this)
  }
}

/** One function for all sockets: a bound one for each would be as large as the rest of what it closes over. */
function onSocketClose(this: Socket & { [OWNER]?: Connection }): void {
  this[OWNER]?.release()
}

const uncork = (socket: Socket): void => socket.uncork()
