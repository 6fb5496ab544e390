import { type RequestListener, createServer } from 'node:http'
import { createIdentityProvider } from '../../stack/identityProvider/provider.ts'
import { type Person, PEOPLE } from '../../stack/identityProvider/people.ts'
import type { Opened } from './disposables.ts'
import { openServer } from './openServer.ts'

/** The development provider on a port of its own, until the end of the test file. */
export class TestProvider {
  /** May be changed. */
  readonly people: Person[] = PEOPLE.map((person) => ({ ...person }))
  issuer = ''
  #listener: RequestListener = (_request, response) => response.destroy()

  static async open(opened: Opened): Promise<TestProvider> {
    const provider = new TestProvider()
    const server = createServer((...call) => provider.#listener(...call))
    provider.issuer = `http://127.0.0.1:${await openServer(opened, server)}`
    return provider
  }

  /** Starts it, or starts it again: it has new keys then, and knows nobody's session. */
  async start(clients: readonly Readonly<Record<string, unknown>>[]): Promise<void> {
    const { issuer, people } = this
    this.#listener = await createIdentityProvider({ issuer, clients, people })
  }

  /** It breaks each connection, until it is started. */
  stop(): void {
    this.#listener = (_request, response) => response.destroy()
  }
}
