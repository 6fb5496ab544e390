import { createConnection, Socket } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { AbstractConnector, type RedisOptions } from 'ioredis'
import type { Host } from './address.ts'

/**
 * Makes ioredis ask before each connect where the server is now. So a connection has one server at a time, breaks when that is no
 * longer the right one, and keeps no command and no subscription over the break: its owner has to know of each loss.
 *
 * ioredis' own client of a cluster sends commands again and subscribes again by itself. Its own client of Sentinels ends for good if
 * it is told to reconnect while it asks them.
 */
export function connectorBy(
  find: () => Promise<Host>,
  isTls: boolean,
): NonNullable<RedisOptions['Connector']> {
  return class extends AbstractConnector {
    constructor() {
      super(DISCONNECT_TIMEOUT_MS)
    }

    /** A master that has become a replica may not know yet who has followed it, and neither may those that were asked. */
    override check(info: { role?: string }): boolean {
      return info.role !== 'slave'
    }

    override async connect(): Promise<Socket | TLSSocket> {
      this.connecting = true
      delete this.firstError
      const place = await find().catch((error: Error) => {
        this.firstError = error
      })
      this.stream = this.connecting && place !== undefined ? this.#open(place) : closed()
      return this.stream
    }

    #open(place: Host): Socket | TLSSocket {
      const stream = isTls ? connectTls(place) : createConnection(place)
      return stream.once('error', (error) => (this.firstError = error))
    }
  }
}

/** A server that hangs does not close its side. */
export const DISCONNECT_TIMEOUT_MS = 500

/** For ioredis it is a connection that failed, and the next try follows. An error thrown instead would be the end. */
function closed(): Socket {
  return new Socket().destroy()
}
