import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { freePort } from '../../../stack/ports.ts'

export interface Certificate {
  cert: Buffer
  key: Buffer
}

export interface TerminatorOptions extends Certificate {
  /** Of the server that speaks in clear, as on the far side of a managed one's TLS. */
  targetPort: number
  /** Postgres asks first whether there is TLS at all, and gets one letter for an answer. */
  isPostgres?: boolean
}

/** TLS and nothing else before a server of this machine. */
export class Terminator {
  readonly port: number
  /** Connections whose handshake has succeeded. */
  accepted = 0
  readonly #server: Server
  readonly #sockets = new Set<Socket>()

  static async open(options: TerminatorOptions): Promise<Terminator> {
    const terminator = new Terminator(await freePort(), options)
    // By the name that is in the certificate.
    terminator.#server.listen(terminator.port, 'localhost')
    await once(terminator.#server, 'listening')
    return terminator
  }

  private constructor(port: number, { targetPort, isPostgres = false, ...own }: TerminatorOptions) {
    this.port = port
    this.#server = createServer((socket) => {
      this.#keep(socket)
      if (!isPostgres) return this.#secure(socket, targetPort, own)
      socket.once('data', () => {
        socket.write('S')
        this.#secure(socket, targetPort, own)
      })
    })
  }

  close(): void {
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
  }

  #secure(socket: Socket, targetPort: number, { cert, key }: Certificate): void {
    const client = new TLSSocket(socket, { isServer: true, cert, key })
    this.#keep(client)
    client.once('secure', () => {
      this.accepted++
      const server = connect(targetPort, '127.0.0.1')
      this.#keep(server)
      client.pipe(server).pipe(client)
      client.on('close', () => server.destroy())
      server.on('close', () => client.destroy())
    })
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => this.#sockets.delete(socket))
  }
}
