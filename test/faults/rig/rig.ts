import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Child, Role } from '../../../stack/child.ts'
import { freePort } from '../../../stack/ports.ts'
import { readMetric } from '../../../stack/readMetric.ts'
import { type Stack, startStack } from '../../../stack/stack.ts'
import { mountDisk, unmountDisk } from './disk.ts'
import { Links } from './links.ts'
import { signalTree } from '../../../bench/machine/processTree.ts'
import { Standby } from './standby.ts'
import { RigLogs } from './rigLogs.ts'
import type { RigOptions } from './rigOptions.ts'
import { startSpare, withSpare } from './spare.ts'
import { headersOf, openTokens, type Tokens } from './tokens.ts'
import { untilReady } from './untilReady.ts'

const COUNTS = { ingest: 2, bridge: 2, gateway: 2, account: 0 }

/** The whole system with a proxy on every link, and the means to break it. */
export class Rig {
  readonly stack: Stack
  readonly links: Links
  /** The address of nginx, through a proxy. */
  readonly edge: string
  /** The addresses of the services themselves, each through a proxy. */
  readonly gateways: string[]
  readonly ingests: string[]
  /** Undefined with AUTH=open. */
  readonly tokens: Tokens | undefined
  /** The headers by which the usual readers and posts come in. */
  readonly headers: { reader: Record<string, string>; sender: Record<string, string> }
  readonly logs: RigLogs
  /** The administrator's address of the spare Postgres; undefined without one. */
  readonly spareUrl: string | undefined
  readonly #standby: Standby | undefined
  /** Names of processes that stay down. */
  readonly #abandoned = new Set<string>()
  readonly #crashDir: string
  readonly #disk: string | undefined

  static async start(options: RigOptions): Promise<Rig> {
    const { dir, random, env, replica, standby, postgresDiskMegabytes: megabytes } = options
    const { redis, logs, postgres, brokers, bridges = COUNTS.bridge } = options
    // The stack keeps its Postgres in this folder.
    const disk = megabytes === undefined ? undefined : join(dir, 'postgres')
    if (disk !== undefined) mountDisk(disk, megabytes ?? 0)
    const crashDir = join(dir, 'crash')
    mkdirSync(crashDir, { recursive: true })
    const links = new Links(random)
    const sparePort = await freePort()
    const ports = { postgres: await freePort(), redis: await freePort(), mqtt: await freePort() }
    await links.openServices({ ...COUNTS, bridge: bridges }, ports)
    const tokens = options.auth === true ? await openTokens(links) : undefined
    const stack = await startStack({
      dir,
      ingests: COUNTS.ingest,
      bridges,
      gateways: COUNTS.gateway,
      postgresPort: ports.postgres,
      redis,
      logs,
      postgres,
      brokers,
      replica,
      redisPort: ports.redis,
      mqttPort: ports.mqtt,
      env: (role, index, urls, layout) => ({
        ...(options.spare === true ? withSpare(layout, sparePort) : {}),
        // Readers must notice a silent link within the time allowed for recovery; the default is 20.
        HEARTBEAT_SECONDS: '2',
        LOG_LEVEL: 'info',
        CRASH_DIR: crashDir,
        ...links.environment(role, index, urls),
        ...tokens?.env,
        ...env?.(`${role}-${index}`, dir),
      }),
    })
    const entrances = (role: Role) =>
      Promise.all(
        stack.processes
          .filter((child) => child.role === role)
          .map(({ name, url = '' }) => links.openEntrance(name, url)),
      )
    return new Rig({
      stack,
      links,
      edge: await links.openEntrance('nginx', stack.origin),
      gateways: await entrances('gateway'),
      ingests: await entrances('ingest'),
      tokens,
      headers: headersOf(tokens),
      crashDir,
      disk,
      spareUrl: options.spare === true ? await startSpare(stack, sparePort) : undefined,
      standby:
        standby === true
          ? await Standby.start(stack, links)
          : replica === true
            ? Standby.ofStack(stack)
            : undefined,
    })
  }

  private constructor(
    parts: Pick<Rig, 'stack' | 'links' | 'edge' | 'gateways' | 'ingests' | 'tokens' | 'headers'> & {
      crashDir: string
      disk: string | undefined
      spareUrl: string | undefined
      standby: Standby | undefined
    },
  ) {
    this.stack = parts.stack
    this.links = parts.links
    this.edge = parts.edge
    this.gateways = parts.gateways
    this.ingests = parts.ingests
    this.tokens = parts.tokens
    this.headers = parts.headers
    this.#crashDir = parts.crashDir
    this.#disk = parts.disk
    this.spareUrl = parts.spareUrl
    this.#standby = parts.standby
    this.logs = new RigLogs(this.stack)
  }

  /** The address of the database that has the first log now, without a proxy. */
  get databaseUrl(): string {
    return this.logs.databaseUrlOf(0)
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

  /** The file that makes a service die at that point; see chassis/crashPoint.ts. */
  crashFlag(point: string): string {
    return join(this.#crashDir, point)
  }

  /** Stops a process and all of its children with SIGSTOP. */
  freeze(name: string): void {
    signalTree(this.child(name).pid, 'SIGSTOP')
  }

  thaw(name: string): void {
    signalTree(this.child(name).pid, 'SIGCONT')
  }

  /** Kills Postgres for good: from now on the standby has the log. */
  async abandonPostgres(): Promise<void> {
    this.#abandoned.add('postgres')
    this.logs.move(0, this.standby.databaseUrl)
    signalTree(this.child('postgres').pid, 'SIGKILL')
    await this.child('postgres').stop('SIGKILL')
  }

  /** The sum of a metric over all processes of a role; see `readMetric`. */
  async sumMetric(role: Role, name: string, labels?: string): Promise<number> {
    const urls = this.children(role).map(({ metricsUrl }) => metricsUrl)
    const values = await Promise.all(urls.map((url) => readMetric(url, name, labels)))
    return values.reduce((sum, value) => sum + value, 0)
  }

  openStreams(): Promise<number> {
    return this.sumMetric('gateway', 'causeway_gateway_streams')
  }

  /** Ends every fault, and resolves when all processes are ready. */
  async restore(): Promise<void> {
    await this.links.pass()
    const kept = this.stack.processes.filter(({ name }) => !this.#abandoned.has(name))
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
    await this.tokens?.close()
    if (this.#disk !== undefined) unmountDisk(this.#disk)
  }
}
