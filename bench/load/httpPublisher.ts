import { once } from 'node:events'
import { createConnection, type Socket } from 'node:net'
import type { Publisher } from './publisher.ts'

export interface HttpPublisherOptions {
  port: number
  /** The path for the n-th message. */
  path: (at: number) => string
  body: (sentAt: bigint) => string
  /** Default: JSON. */
  contentType?: string
  /** Joins several bodies into one, for a server that takes many messages in one request. */
  batch?: (bodies: readonly string[]) => string
  /** Connections, used in turn. Over a single one, requests are pipelined and so stay in order. */
  connections: number
}

/** Requests that wait for a connection, and what to do once they have their responses. */
interface Waiting {
  requests: readonly string[]
  resolve: () => void
  reject: (error: unknown) => void
}

/** Posts over connections that stay open, without an HTTP client: that would be slower than the server it posts to. */
export class HttpPublisher implements Publisher {
  readonly isConcurrent: boolean
  readonly #options: HttpPublisherOptions
  readonly #connections: Connection[]
  /** The connections without a request under way. */
  readonly #free: Connection[]
  /** The requests of all calls, in their order. */
  readonly #queue: Waiting[] = []
  #count = 0

  private constructor(options: HttpPublisherOptions, connections: Connection[]) {
    this.isConcurrent = connections.length > 1
    this.#options = options
    this.#connections = connections
    this.#free = [...connections]
  }

  static async open(options: HttpPublisherOptions): Promise<HttpPublisher> {
    const connections = Array.from({ length: options.connections }, () => Connection.open(options))
    return new HttpPublisher(options, await Promise.all(connections))
  }

  /** Resolves when each has its response. A single connection pipelines them; several send one after the other. */
  async publish(sentAt: readonly bigint[]): Promise<void> {
    const { body, batch } = this.#options
    const bodies = sentAt.map(body)
    const requests = (batch === undefined ? bodies : [batch(bodies)]).map((text) =>
      this.#request(text),
    )
    const turns = this.isConcurrent ? requests.map((request) => [request]) : [requests]
    await Promise.all(turns.map((each) => this.#post(each)))
  }

  async close(): Promise<void> {
    for (const connection of this.#connections) connection.close()
  }

  #post(requests: readonly string[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ requests, resolve, reject })
      this.#sendNext()
    })
  }

  #sendNext(): void {
    while (this.#free.length > 0 && this.#queue.length > 0) {
      const [connection, waiting] = [this.#free.pop(), this.#queue.shift()]
      if (connection !== undefined && waiting !== undefined) void this.#send(connection, waiting)
    }
  }

  async #send(connection: Connection, { requests, resolve, reject }: Waiting): Promise<void> {
    try {
      await connection.post(requests)
    } catch (error) {
      return reject(error)
    }
    resolve()
    this.#free.push(connection)
    this.#sendNext()
  }

  #request(text: string): string {
    const { path, port, contentType = 'application/json' } = this.#options
    return (
      `POST ${path(this.#count++)} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n` +
      `Content-Type: ${contentType}\r\nContent-Length: ${text.length}\r\n\r\n${text}`
    )
  }
}

class Connection {
  readonly #socket: Socket
  #waiting: { answers: number; resolve: () => void; reject: (error: Error) => void } | undefined
  #rest = ''

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.setEncoding('latin1')
    socket.on('data', (text: string) => this.#read(text))
    socket.on('error', (error) => this.#fail(error))
    socket.on('close', () => this.#fail(new Error('the server closed a publishing connection')))
  }

  static async open({ port }: { port: number }): Promise<Connection> {
    const socket = createConnection({ host: '127.0.0.1', port, noDelay: true })
    await once(socket, 'connect')
    return new Connection(socket)
  }

  post(requests: readonly string[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting = { answers: requests.length, resolve, reject }
      this.#socket.write(requests.join(''))
    })
  }

  close(): void {
    this.#waiting = undefined
    this.#socket.destroy()
  }

  #read(text: string): void {
    const all = this.#rest + text
    const pattern = /HTTP\/1\.1 (\d{3}) /g
    let end = 0
    for (let found = pattern.exec(all); found !== null; found = pattern.exec(all)) {
      end = pattern.lastIndex
      const status = found[1] ?? ''
      if (!status.startsWith('2')) return this.#fail(new Error(`a message was answered ${status}`))
      if (this.#waiting !== undefined) this.#waiting.answers--
    }
    // A status line may arrive in two chunks.
    this.#rest = all.slice(Math.max(end, all.length - 12))
    if (this.#waiting?.answers !== 0) return
    const { resolve } = this.#waiting
    this.#waiting = undefined
    resolve()
  }

  #fail(error: Error): void {
    this.#waiting?.reject(error)
    this.#waiting = undefined
  }
}
