import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises'
import type { Random } from '../model/random.ts'

/** What a link does to what passes. It holds for connections that stand, and for new ones. */
export type Fault =
  | { kind: 'pass' }
  /** Nobody listens, and what stood is cut. */
  | { kind: 'refuse' }
  /** Accepts, and cuts at once with a reset. */
  | { kind: 'reset' }
  /** A cable that is pulled: no end, no reset, no byte; whatever was on its way arrives when it is put back. */
  | { kind: 'blackhole' }
  /** Bytes pass in one direction only. */
  | { kind: 'half'; blocked: Direction }
  | { kind: 'latency'; ms: number; jitter: number }
  /** Slices of at most so many bytes, each a packet of its own. */
  | { kind: 'slicer'; bytes: number }
  | { kind: 'bandwidth'; bytesPerSecond: number }
  /** Each connection is reset after so many bytes from the server. */
  | { kind: 'cutAfter'; bytes: number }
  /** The next bytes from the server are thrown away and their connection is reset; then it passes again. */
  | { kind: 'dropReplyOnce' }

/** `up` is from the client to the server. */
export type Direction = 'up' | 'down'

/** One TCP link that can be made to fail. */
export class Proxy {
  readonly name: string
  readonly port: number
  #targetPort: number
  readonly #random: Random
  readonly #pairs = new Set<[Socket, Socket]>()
  #server: Server | undefined
  #fault: Fault = { kind: 'pass' }
  /** Those that wait for the link to pass again. */
  #waiting: (() => void)[] = []

  constructor(options: { name: string; port: number; targetPort: number; random: Random }) {
    this.name = options.name
    this.port = options.port
    this.#targetPort = options.targetPort
    this.#random = options.random
  }

  get connections(): number {
    return this.#pairs.size
  }

  async open(): Promise<void> {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) =>
      this.#accept(client),
    )
    server.listen({ port: this.port, host: '127.0.0.1', backlog: 4096 })
    await once(server, 'listening')
    this.#server = server
  }

  async close(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    server?.close()
    this.cut()
    if (server?.listening === true) await once(server, 'close')
  }

  async set(fault: Fault): Promise<void> {
    this.#fault = fault
    if (fault.kind === 'refuse') await this.close()
    else if (this.#server === undefined) await this.open()
    if (fault.kind === 'reset') this.cut()
    for (const go of this.#waiting.splice(0)) go()
  }

  /** Where connections lead from now on; those that stand stay where they are. */
  retarget(port: number): void {
    this.#targetPort = port
  }

  /** Resets every connection that stands, once. */
  cut(): void {
    for (const pair of this.#pairs) this.#reset(pair)
  }

  #accept(client: Socket): void {
    if (this.#fault.kind === 'reset') {
      client.resetAndDestroy()
      return
    }
    const server = connect({
      port: this.#targetPort,
      host: '127.0.0.1',
      allowHalfOpen: true,
      noDelay: true,
    })
    const pair: [Socket, Socket] = [client, server]
    this.#pairs.add(pair)
    for (const socket of pair) {
      socket.on('error', () => void this.#lost(pair))
      socket.on('close', () => {
        void this.#lost(pair)
        if (pair.every(({ destroyed }) => destroyed)) this.#pairs.delete(pair)
      })
    }
    void this.#pump(pair, client, server, 'up')
    void this.#pump(pair, server, client, 'down')
  }

  /** The reading waits for the writing, so a slow consumer behind the link slows down the sender before it. */
  async #pump(
    pair: [Socket, Socket],
    from: Socket,
    to: Socket,
    direction: Direction,
  ): Promise<void> {
    let passed = 0
    try {
      // Its end is not the end of the other direction.
      for await (const data of from.iterator({ destroyOnReturn: false })) {
        const chunk: Buffer = data
        while (this.#isBlocked(direction)) await this.#change()
        passed += chunk.length
        const fault = this.#fault
        if (direction === 'down' && this.#isCut(fault, passed)) return this.#reset(pair)
        for (const slice of slices(chunk, fault)) await this.#write(to, slice, fault)
      }
      to.end()
    } catch {
      await this.#lost(pair)
    }
  }

  async #write(to: Socket, slice: Buffer, fault: Fault): Promise<void> {
    if (fault.kind === 'latency') await sleep(fault.ms + this.#random.next() * fault.jitter)
    if (fault.kind === 'bandwidth') await sleep((slice.length / fault.bytesPerSecond) * 1_000)
    if (to.destroyed) throw new Error('the other side is gone')
    if (!to.write(slice)) await Promise.race([once(to, 'drain'), once(to, 'close')])
    // Without a pause the slices would be joined again on their way.
    else if (fault.kind === 'slicer') await turn()
  }

  /** One side is gone. Over a pulled cable the other does not hear of it. */
  async #lost(pair: [Socket, Socket]): Promise<void> {
    while (this.#isBlocked('up') || this.#isBlocked('down')) await this.#change()
    this.#reset(pair)
  }

  #change(): Promise<void> {
    return new Promise((go) => this.#waiting.push(go))
  }

  #isBlocked(direction: Direction): boolean {
    const fault = this.#fault
    return fault.kind === 'blackhole' || (fault.kind === 'half' && fault.blocked === direction)
  }

  #isCut(fault: Fault, passed: number): boolean {
    if (fault.kind === 'cutAfter') return passed > fault.bytes
    if (fault.kind !== 'dropReplyOnce') return false
    this.#fault = { kind: 'pass' }
    return true
  }

  #reset(pair: [Socket, Socket]): void {
    for (const socket of pair) {
      // A socket that is connecting, or has sent its end, cannot be reset any more: Node would leave it open for ever.
      if (socket.connecting || socket.writableEnded) socket.destroy()
      else if (!socket.destroyed) socket.resetAndDestroy()
    }
  }
}

function* slices(chunk: Buffer, fault: Fault): Generator<Buffer> {
  const size = sliceSize(fault) ?? chunk.length
  for (let at = 0; at < chunk.length; at += size) yield chunk.subarray(at, at + size)
}

function sliceSize(fault: Fault): number | undefined {
  if (fault.kind === 'slicer') return fault.bytes
  // A tenth of a second's worth, so that it trickles and does not stutter.
  if (fault.kind === 'bandwidth') return Math.max(1, Math.floor(fault.bytesPerSecond / 10))
  return undefined
}
