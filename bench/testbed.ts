import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { LogWriter } from '../history/logWriter.ts'
import { Pool } from '../history/pool.ts'
import type { Child, ChildSpec } from '../stack/child.ts'
import { NO_LIMITS } from '../stack/limits.ts'
import { secret } from '../stack/secret.ts'
import { migrateDatabase } from '../stack/migration.ts'
import { ANY_PREFIX, type Servers, startServers, urlsFor } from '../stack/servers.ts'
import { service, type ServiceRole, type ServiceSpec } from '../stack/service.ts'
import { Supervisor } from '../stack/supervisor.ts'
import { LoadClient, type LoadOptions } from './load/loadClient.ts'
import { compilePrograms, type Programs } from './load/programs.ts'
import { RedisPublisher } from './load/redisPublisher.ts'
import { allCores, moveTo, shareCores, type Cores } from './machine/cores.ts'

/** The folders that the servers keep their data in. */
const DATA = ['postgres', 'redis', 'mosquitto']

/** The servers, the cores and the compiled programs that every scenario needs. Closing it ends whatever was started on it. */
export class Testbed {
  readonly dir: string
  readonly cores: Cores
  readonly programs: Programs
  readonly urls: Servers
  readonly history: LogWriter
  readonly #copyKeys: string
  readonly #pool: Pool
  readonly #supervisor: Supervisor
  readonly #clients = new Set<LoadClient>()
  #names = 0
  #isOnAllCores = false

  /** Moves this process off the core of the server under test, and starts Postgres, Redis and Mosquitto on the others. */
  static async start(dir: string, print: (line: string) => void): Promise<Testbed> {
    const cores = shareCores()
    moveTo(cores.rest, process.pid)
    const programs = compilePrograms(dir)
    const supervisor = await Supervisor.open({ dir, print })
    try {
      // A run that was broken off leaves a log whose head is below its messages.
      for (const data of DATA) rmSync(join(dir, data), { recursive: true, force: true })
      const urls = await startServers(supervisor, { dir, ...ANY_PREFIX })
      await migrateDatabase(urls.databaseUrl, urls.addresses)
      return new Testbed(dir, cores, programs, urls, supervisor)
    } catch (error) {
      await supervisor.stop()
      throw error
    }
  }

  private constructor(
    dir: string,
    cores: Cores,
    programs: Programs,
    urls: Servers,
    supervisor: Supervisor,
  ) {
    this.dir = dir
    this.cores = cores
    this.programs = programs
    this.urls = urls
    this.#copyKeys = secret(join(dir, 'copy-key'))
    this.#supervisor = supervisor
    const database = { databaseUrl: urls.databaseUrl, onError: () => {} }
    this.history = new LogWriter({
      ...database,
      logId: 0,
      connections: 4,
      keySeconds: 86_400,
      changeSeconds: 0,
      appendQueueBytes: 1_000_000_000,
    })
    this.#pool = new Pool({ ...database, connections: 1 })
  }

  /** A name that nothing else on this testbed has had. */
  fresh(word: string): string {
    return `${word}${++this.#names}`
  }

  /** A folder that stays after the run, to be looked at. */
  folder(name: string): string {
    return join(this.dir, name)
  }

  /** One of our services, by `npm start`'s own recipe or by that of an earlier commit. `prefix` is its own in Redis and MQTT. */
  service(
    role: ServiceRole,
    prefix: string,
    env: NodeJS.ProcessEnv = {},
    recipe = service,
  ): Promise<ServiceSpec> {
    const prefixes = { redisPrefix: prefix, mqttPrefix: prefix }
    return recipe({
      ...urlsFor(role, this.urls),
      ...prefixes,
      role,
      index: 1,
      copyKeys: this.#copyKeys,
      limits: NO_LIMITS,
      env,
    })
  }

  /** Begins a copy in Redis of a log that is at `position`. */
  publisher(redisPrefix: string, epoch: string, position: number): Promise<RedisPublisher> {
    const { redisUrl } = this.urls
    // A gateway looks at the log's head. Below what it was told, the log would have gone back; above, it would read the rest.
    const announce = async (head: number): Promise<void> => {
      await this.#pool.query('update "log" set "head" = $1::bigint, "last_id" = null', [head])
    }
    const options = { redisUrl, redisPrefix, epoch, copyKeys: this.#copyKeys, announce }
    return RedisPublisher.open(options, position)
  }

  /** Starts a server under test, on its core. */
  serve(spec: ChildSpec): Promise<Child> {
    if (this.#isOnAllCores) return this.start(spec)
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

  /** Lets this process, the servers, and what is started meanwhile use all cores. */
  async onAllCores<T>(act: () => Promise<T>): Promise<T> {
    this.#moveAllTo(allCores(this.cores))
    this.#isOnAllCores = true
    try {
      return await act()
    } finally {
      this.#isOnAllCores = false
      this.#moveAllTo(this.cores.rest)
    }
  }

  #moveAllTo(cores: string): void {
    const children = this.#supervisor.children.map(({ pid }) => pid)
    for (const pid of [process.pid, ...children]) if (pid !== null) moveTo(cores, pid)
  }

  async close(): Promise<void> {
    await Promise.all([...this.#clients].map((client) => client.close()))
    await Promise.all([this.history.close(), this.#pool.close()])
    await this.#supervisor.stop()
  }

  forceStop(): void {
    this.#supervisor.forceStop()
  }
}
