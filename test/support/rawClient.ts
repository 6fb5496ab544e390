import { connect, type Server, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { Opened } from './disposables.ts'
import { waitFor } from './waitFor.ts'

interface RawServer {
  origin: string
  /** The bytes that it read from a client's port, if it is in the process of the test. */
  readFrom?: (port: number) => number
}

/** A client that writes given bytes. */
export class RawClient {
  readonly socket: Socket
  /** Everything that it received. */
  text = ''
  isClosed = false
  readonly #server: RawServer

  constructor(opened: Opened, server: RawServer) {
    const { origin } = server
    this.#server = server
    this.socket = connect(Number(new URL(origin).port), '127.0.0.1')
    opened.add(() => this.socket.destroy())
    this.socket.setNoDelay(true)
    this.socket.on('data', (chunk: Buffer) => (this.text += chunk.toString('latin1')))
    this.socket.on('error', () => {})
    this.socket.on('close', () => (this.isClosed = true))
  }

  /** Writes the parts, each in its own packet. */
  async write(...parts: string[]): Promise<this> {
    for (const part of parts) {
      this.socket.write(Buffer.from(part, 'latin1'))
      await delay(20)
      // In one process both timers may come before the server has its turn: it would read two parts as one.
      await waitFor(() => this.isClosed || this.#isRead())
    }
    return this
  }

  #isRead(): boolean {
    const { localPort, bytesWritten } = this.socket
    const { readFrom } = this.#server
    if (readFrom === undefined) return true
    return localPort !== undefined && readFrom(localPort) === bytesWritten
  }

  async isTold(text: string): Promise<void> {
    await waitFor(() => this.text.includes(text))
  }
}

/** An ordinary request. */
export const REQUEST = 'GET /events?channel=a HTTP/1.1\r\nHost: x\r\n\r\n'
export const withHeaders = (...lines: string[]): string =>
  `GET /events?channel=a HTTP/1.1\r\nHost: x\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`

/** The number of a server's connections. */
export function countConnections(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.getConnections((error, count) => (error === null ? resolve(count) : reject(error)))
  })
}
