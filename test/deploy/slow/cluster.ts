import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Servers, startServers } from '../../../stack/servers.ts'
import { Supervisor } from '../../../stack/supervisor.ts'
import { migrate } from './pod.ts'

/** Postgres, Redis and the broker for the containers, on this machine, with the schema in place. */
export class Backing {
  readonly dir: string
  readonly urls: Servers
  readonly #supervisor: Supervisor

  static async start(): Promise<Backing> {
    const dir = mkdtempSync(join(tmpdir(), 'causeway-cluster-'))
    const supervisor = await Supervisor.open({ dir })
    try {
      const backing = new Backing(dir, await startServers(supervisor, { dir }), supervisor)
      await migrate(backing.urls)
      return backing
    } catch (error) {
      await supervisor.stop()
      throw error
    }
  }

  private constructor(dir: string, urls: Servers, supervisor: Supervisor) {
    this.dir = dir
    this.urls = urls
    this.#supervisor = supervisor
  }

  async stop(): Promise<void> {
    await this.#supervisor.stop()
    rmSync(this.dir, { recursive: true, force: true })
  }
}
