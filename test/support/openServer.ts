import { once } from 'node:events'
import { Server as HttpServer } from 'node:http'
import type { Server } from 'node:net'
import type { Opened } from './disposables.ts'

/** Lets a server listen on a free loopback port until the end of the test file. Returns the port. */
export async function openServer(opened: Opened, server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  opened.add(() => {
    server.close()
    if (server instanceof HttpServer) server.closeAllConnections()
  })
  return portOf(server)
}

/** The port of a server that listens. */
export function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server does not listen')
  return address.port
}
