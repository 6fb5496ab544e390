import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { freePort } from '../../../stack/ports.ts'
import type { Certificate } from './certificate.ts'

/** Terminates TLS on localhost in front of a server of this machine. */
export interface Terminator {
  port: number
  /** How many handshakes succeeded. */
  accepted: number
  close(): void
}

/** A client of Postgres first asks whether there is TLS, and gets one letter as the answer. */
export async function openTerminator(
  targetPort: number,
  certificate: Certificate,
  isPostgres = false,
): Promise<Terminator> {
  const sockets = new Set<Socket>()
  const keep = <S extends Socket>(socket: S): S => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => sockets.delete(socket))
    return socket
  }
  const secure = (socket: Socket): void => {
    const client = keep(new TLSSocket(socket, { isServer: true, ...certificate }))
    client.once('secure', () => {
      terminator.accepted++
      const target = keep(connect(targetPort, '127.0.0.1'))
      client.pipe(target).pipe(client)
      client.on('close', () => target.destroy())
      target.on('close', () => client.destroy())
    })
  }
  const server = createServer((socket) => {
    keep(socket)
    if (!isPostgres) return secure(socket)
    socket.once('data', () => {
      socket.write('S')
      secure(socket)
    })
  })
  const terminator = {
    port: await freePort(),
    accepted: 0,
    close: () => {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
  server.listen(terminator.port, 'localhost')
  await once(server, 'listening')
  return terminator
}
