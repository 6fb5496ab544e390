import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises'
import type { Random } from '../../model/random.ts'

/** What a link does to its traffic. It applies to open connections and to new ones. */
export type Fault =
  | { kind: 'pass' }
  /** Nothing listens, and open connections are reset. */
  | { kind: 'refuse' }
  /** A pulled cable: no end, no reset, no byte. Bytes in flight arrive when the link passes again. */
  | { kind: 'blackhole' }
  /** Bytes pass in one direction only. */
  | { kind: 'half'; blocked: Direction }
  | { kind: 'latency'; ms: number; jitter: number }
  /** Slices of at most this many bytes, each in its own packet. */
  | { kind: 'slicer'; bytes: number }
  /** Drops the next bytes from the server and resets their connection; then the link passes again. */
  | { kind: 'dropReplyOnce' }

/** `up` leads from the client to the server. */
type Direction = 'up' | 'down'

/** One TCP link that can be made to fail. */
export class Proxy {
  readonly name: string
  readonly port: number
  #targetPort: number
  readonly #random: Random
  readonly #pairs = new Set<[Socket, Socket]>()
  #server: Server | undefined
  #fault: Fault = { kind: 'pass' }
  /** Called when the fault changes. */
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
    for (const pair of this.#pairs) this.#reset(pair)
    if (server?.listening === true) await once(server, 'close')
  }

  async set(fault: Fault): Promise<void> {
    this.#fault = fault
    if (fault.kind === 'refuse') await this.close()
    else if (this.#server === undefined) await this.open()
    for (const go of this.#waiting.splice(0)) go()
  }

  /** Leads new connections to another port; open ones stay. */
  retarget(port: number): void {
    this.#targetPort = port
  }

  #accept(client: Socket): void {
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

  /** Reading waits for writing, so that a slow consumer behind the link slows down the sender before it. */
  async #pump(
    pair: [Socket, Socket],
    from: Socket,
    to: Socket,
    direction: Direction,
  ): Promise<void> {
    try {
      // The end of one direction is not the end of the other.
      for await (const data of from.iterator({ destroyOnReturn: false })) {
        const chunk: Buffer = data
        while (this.#isBlocked(direction)) await this.#change()
        const fault = this.#fault
        if (direction === 'down' && fault.kind === 'dropReplyOnce') {
          this.#fault = { kind: 'pass' }
          return this.#reset(pair)
        }
        for (const slice of slices(chunk, fault)) await this.#write(to, slice, fault)
      }
      to.end()
    } catch {
      await this.#lost(pair)
    }
  }

  async #write(to: Socket, slice: Buffer, fault: Fault): Promise<void> {
    if (fault.kind === 'latency') await sleep(fault.ms + this.#random.next() * fault.jitter)
    if (to.destroyed) throw new Error('the other side is gone')
    if (!to.write(slice)) await Promise.race([once(to, 'drain'), once(to, 'close')])
    // Without a pause the system would join the slices again.
    else if (fault.kind === 'slicer') await turn()
  }

  /** One side is gone. Over a pulled cable the other side does not notice. */
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

  #reset(pair: [Socket, Socket]): void {
    for (const socket of pair) {
      // A socket that is connecting, or has sent its end, cannot be reset: Node would leave it open for ever.
      if (socket.connecting || socket.writableEnded) socket.destroy()
      else if (!socket.destroyed) socket.resetAndDestroy()
    }
  }
}

function* slices(chunk: Buffer, fault: Fault): Generator<Buffer> {
  const size = fault.kind === 'slicer' ? fault.bytes : chunk.length
  for (let at = 0; at < chunk.length; at += size) yield chunk.subarray(at, at + size)
}
