import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Child, Role } from '../../stack/child.ts'
import { freePort } from '../../stack/ports.ts'
import { waitForHttp } from '../../stack/probes.ts'
import { type Stack, startStack } from '../../stack/stack.ts'
import type { Random } from '../model/random.ts'
import { signalTree } from './processTree.ts'
import { Links } from './links.ts'
import { Standby } from './standby.ts'

export interface RigOptions {
  dir: string
  random: Random
  /** More environment for the services; `dir` is the stack's. */
  env?: ((name: string, dir: string) => NodeJS.ProcessEnv) | undefined
  /** Has a second Postgres that follows the first. */
  standby?: boolean | undefined
  /** Gives Postgres a disk of its own, so small that it can be filled. Needs root. */
  postgresDiskMegabytes?: number | undefined
}

const COUNTS = { ingest: 2, bridge: 2, gateway: 2 }
const READY_WITHIN_MS = 40_000

/** The whole system with a proxy on every link, and hands to break it with. */
export class Rig {
  readonly stack: Stack
  readonly links: Links
  /** Through nginx and the proxy before it. */
  readonly edge: string
  /** Straight to the services, through the proxy before each. */
  readonly gateways: string[]
  readonly ingests: string[]
  readonly #standby: Standby | undefined
  /** Names of processes that are not to come back. */
  readonly #givenUp = new Set<string>()
  readonly #crashDir: string
  readonly #disk: string | undefined

  static async start(options: RigOptions): Promise<Rig> {
    const { dir, random, env, standby, postgresDiskMegabytes: megabytes } = options
    if (megabytes !== undefined) mountDisk(diskOf(dir), megabytes)
    const crashDir = join(dir, 'crash')
    mkdirSync(crashDir, { recursive: true })
    const links = new Links(random)
    const ports = { postgres: await freePort(), redis: await freePort(), mqtt: await freePort() }
    await links.openServices(COUNTS, ports)
    const stack = await startStack({
      dir,
      ingests: COUNTS.ingest,
      bridges: COUNTS.bridge,
      gateways: COUNTS.gateway,
      postgresPort: ports.postgres,
      redisPort: ports.redis,
      mqttPort: ports.mqtt,
      env: (role, index, urls) => ({
        // So that readers notice a silent link within the time that is given for recovery; the default is 20.
        HEARTBEAT_SECONDS: '2',
        LOG_LEVEL: 'info',
        CRASH_DIR: crashDir,
        ...links.environment(role, index, urls),
        ...env?.(`${role}-${index}`, dir),
      }),
    })
    const entrances = (role: Role) =>
      Promise.all(
        stack.processes
          .filter((child) => child.role === role)
          .map(({ name, url = '' }) => links.openEntrance(name, url)),
      )
    return new Rig(stack, links, {
      edge: await links.openEntrance('nginx', stack.origin),
      gateways: await entrances('gateway'),
      ingests: await entrances('ingest'),
      crashDir,
      ...(megabytes === undefined ? {} : { disk: diskOf(dir) }),
      ...(standby === true ? { standby: await Standby.start(stack, links) } : {}),
    })
  }

  private constructor(
    stack: Stack,
    links: Links,
    at: {
      edge: string
      gateways: string[]
      ingests: string[]
      crashDir: string
      disk?: string
      standby?: Standby
    },
  ) {
    this.stack = stack
    this.links = links
    this.edge = at.edge
    this.gateways = at.gateways
    this.ingests = at.ingests
    this.#crashDir = at.crashDir
    this.#disk = at.disk
    this.#standby = at.standby
  }

  /** Where the log is, around the proxies. */
  get databaseUrl(): string {
    return this.#givenUp.has('postgres') ? this.standby.databaseUrl : this.stack.databaseUrl
  }

  get standby(): Standby {
    if (this.#standby === undefined) throw new Error('there is no standby')
    return this.#standby
  }

  child(name: string): Child {
    const child = this.stack.processes.find((each) => each.name === name)
    if (child === undefined) throw new Error(`there is no process ${name}`)
    return child
  }

  children(role: Role): Child[] {
    return this.stack.processes.filter((each) => each.role === role)
  }

  /** Where a file must be for a service to die at that point; see chassis/crashPoint.ts. */
  crashFlag(point: string): string {
    return join(this.#crashDir, point)
  }

  /** Stops a process in its tracks, with all of its children. */
  freeze(name: string): void {
    signalTree(this.child(name).pid, 'SIGSTOP')
  }

  thaw(name: string): void {
    signalTree(this.child(name).pid, 'SIGCONT')
  }

  /** Kills Postgres for good: the log is in the standby. */
  async giveUpPostgres(): Promise<void> {
    this.#givenUp.add('postgres')
    signalTree(this.child('postgres').pid, 'SIGKILL')
    await this.child('postgres').stop('SIGKILL')
  }

  /** Takes every fault away and resolves when all is ready. */
  async restore(): Promise<void> {
    await this.links.pass()
    const kept = this.stack.processes.filter(({ name }) => !this.#givenUp.has(name))
    for (const { name } of kept) this.thaw(name)
    for (const role of ['postgres', 'redis', 'mosquitto', 'bridge', 'ingest', 'gateway', 'nginx']) {
      const down = kept.filter((child) => child.role === role)
      await Promise.all(down.map((child) => child.start()))
    }
    await Promise.all(kept.map((child) => untilReady(child)))
  }

  async stop(): Promise<void> {
    await this.links.pass()
    for (const { name } of this.stack.processes) this.thaw(name)
    await this.stack.stop()
    await this.links.close()
    if (this.#disk !== undefined) execFileSync('umount', [this.#disk])
  }
}

/** Where the stack keeps its Postgres. */
function diskOf(dir: string): string {
  return join(dir, 'postgres')
}

function mountDisk(folder: string, megabytes: number): void {
  mkdirSync(folder, { recursive: true })
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder])
}

/** A service says so itself; of a server it is enough that there is a process, for the services need it. */
export async function untilReady(child: Child): Promise<void> {
  const { role, metricsUrl } = child
  const isService = role === 'bridge' || role === 'ingest' || role === 'gateway'
  const deadline = Date.now() + READY_WITHIN_MS
  for (;;) {
    try {
      if (child.pid === null) throw new Error('there is no process')
      if (isService) await waitForHttp(`${metricsUrl}/ready`, 200)
      return
    } catch (error) {
      if (Date.now() > deadline) throw new Error(`${child.name} is not ready`, { cause: error })
    }
    await sleep(100)
  }
}
