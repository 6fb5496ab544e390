import { callbackify } from 'node:util'
import type { Client, ClientBase } from 'pg'
import { takesWrites } from './askServer.ts'
import { BoundedClient } from './boundedClient.ts'
import type { Servers } from './servers.ts'

/** The driver's client; each connects to the server that is right at that moment. */
export function clientOf(servers: Servers): new () => ClientBase {
  return class extends BoundedClient {
    override connect(): Promise<Client>
    override connect(done: (error: Error) => void): void
    override connect(done?: (error: Error) => void): Promise<Client> | void {
      if (done === undefined) return this.#connect()
      callbackify(() => this.#connect())(done)
    }

    async #connect(): Promise<Client> {
      Object.assign(this, await servers.host())
      try {
        await super.connect()
        // A connection that breaks may be the first sign of a failover.
        this.on('error', () => servers.forget())
        // It may have become a standby since it was found, or the log may have moved.
        if (servers.wanted === 'any' || (await takesWrites(this, servers.logId))) return this
        throw new Error('DatabaseNotReachable: the server takes no writes any more')
      } catch (error) {
        servers.forget()
        await this.end().catch(() => {})
        throw error
      }
    }
  }
}
