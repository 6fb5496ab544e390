import type { Child } from '../../stack/child.ts'
import { identityProvider } from '../../stack/identityProvider/server.ts'
import { freePort } from '../../stack/ports.ts'
import type { Opened } from './disposables.ts'
import { openSupervisor } from './ownServer.ts'

/** The development provider in a process of its own, until the end of the test file. */
export class TestProvider {
  readonly issuer: string
  readonly server: Child

  private constructor(issuer: string, server: Child) {
    this.issuer = issuer
    this.server = server
  }

  static async open(
    opened: Opened,
    clients: readonly Readonly<Record<string, unknown>>[],
  ): Promise<TestProvider> {
    const { supervisor } = await openSupervisor(opened, 'provider')
    const spec = identityProvider({ port: await freePort(), clients })
    return new TestProvider(spec.url, await supervisor.start(spec))
  }

  /** It has new keys then, and knows nobody's session. */
  async restart(): Promise<void> {
    await this.server.stop()
    await this.server.start()
  }
}
