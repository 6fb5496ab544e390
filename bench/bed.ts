import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { History } from '../history/history.ts'
import { Pool } from '../history/pool.ts'
import type { Child, ChildSpec } from '../stack/child.ts'
import { copyKey } from '../stack/copyKey.ts'
import { migrateDatabase } from '../stack/migration.ts'
import { startServers, type ServerUrls } from '../stack/servers.ts'
import { Supervisor } from '../stack/supervisor.ts'
import { moveTo, shareCores, type Cores } from './cores.ts'
import { LoadClient, type LoadOptions } from './loadClient.ts'
import { compilePrograms, type Programs } from './programs.ts'

/** The folders that the servers keep their data in. */
const DATA = ['postgres', 'redis', 'mosquitto']

/** What a scenario finds prepared: the servers, the cores, the compiled programs; and what it starts is ended with it. */
export class Bed {
  readonly dir: string
  readonly cores: Cores
  readonly programs: Programs
  readonly urls: ServerUrls
  readonly history: History
  readonly copyKeys: string
  readonly #pool: Pool
  readonly #supervisor: Supervisor
  readonly #clients = new Set<LoadClient>()
  #started = 0

  /** Takes this process to the cores that are not the server's, and starts Postgres, Redis and Mosquitto there. */
  static async make(dir: string, say: (line: string) => void): Promise<Bed> {
    const cores = shareCores()
    moveTo(cores.rest, process.pid)
    const programs = compilePrograms(dir)
    const supervisor = await Supervisor.open({ dir, say })
    try {
      // A run that was broken off leaves a log whose head is below its messages.
      for (const data of DATA) rmSync(join(dir, data), { recursive: true, force: true })
      const urls = await startServers(supervisor, { dir })
      await migrateDatabase(urls.databaseUrl)
      return new Bed(dir, cores, programs, urls, supervisor)
    } catch (error) {
      await supervisor.stop()
      throw error
    }
  }

  private constructor(
    dir: string,
    cores: Cores,
    programs: Programs,
    urls: ServerUrls,
    supervisor: Supervisor,
  ) {
    this.dir = dir
    this.cores = cores
    this.programs = programs
    this.urls = urls
    this.copyKeys = copyKey(dir)
    this.#supervisor = supervisor
    const database = { databaseUrl: urls.databaseUrl, onError: () => {} }
    this.history = new History({
      ...database,
      logId: 0,
      connections: 4,
      keySeconds: 86_400,
      maxWaitingBytes: 1_000_000_000,
    })
    this.#pool = new Pool({ ...database, connections: 1 })
  }

  /**
   * The log's head, for messages that are in Redis only. A gateway looks at it: if it were below what the gateway was told, the log
   * would have gone back; if it were above, the gateway would read what it was not told.
   */
  async announce(position: number): Promise<void> {
    await this.#pool.query('update "log" set "head" = $1::bigint, "last_id" = null', [position])
  }

  /** A name that nothing else on this bed has had. */
  fresh(word: string): string {
    return `${word}${++this.#started}`
  }

  /** A folder that is left for looking at afterwards. */
  folder(name: string): string {
    return join(this.dir, name)
  }

  /** Starts a server under test, on its core. */
  serve(spec: ChildSpec): Promise<Child> {
    const { command, args, ...account } = spec.command
    const pinned = {
      command: 'taskset',
      args: ['-c', this.cores.server, command, ...args],
      ...account,
    }
    return this.start({ ...spec, command: pinned })
  }

  /** Starts what a server under test needs, on the other cores. */
  start(spec: ChildSpec): Promise<Child> {
    return this.#supervisor.start({ ...spec, name: this.fresh(`${spec.name}-run`) })
  }

  load(options: LoadOptions): LoadClient {
    const client = new LoadClient(this.programs.loadClient, options)
    this.#clients.add(client)
    return client
  }

  async close(): Promise<void> {
    await Promise.all([...this.#clients].map((client) => client.close()))
    await Promise.all([this.history.close(), this.#pool.close()])
    await this.#supervisor.stop()
  }

  hurry(): void {
    this.#supervisor.hurry()
  }
}
