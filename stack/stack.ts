import { rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Child, ChildSpec } from './child.ts'
import { copyKey } from './copyKey.ts'
import { migrateDatabase } from './migration.ts'
import { nginx } from './nginx.ts'
import { freePort, listenError } from './ports.ts'
import { ROOT } from './root.ts'
import { type ServerUrls, type ServersOptions, startServers } from './servers.ts'
import { type ServiceRole, service } from './service.ts'
import { writeAtomically } from './runFile.ts'
import { Supervisor } from './supervisor.ts'

export interface StackOptions extends Omit<ServersOptions, 'dir'> {
  /** For data, logs, run.json and stack.json; one stack at a time. Default: `.stack` in the repository. */
  dir?: string | undefined
  /** Where nginx listens. Default: a free port of 127.0.0.1. */
  host?: string | undefined
  port?: number | undefined
  /** How many of each; default 1, 2 and 2. */
  ingests?: number | undefined
  bridges?: number | undefined
  gateways?: number | undefined
  /** Default: `causeway`. */
  redisPrefix?: string | undefined
  mqttPrefix?: string | undefined
  /** More environment for one service, e.g. the address of a proxy before its Redis; `index` counts from 1. */
  env?: ((role: ServiceRole, index: number, urls: ServerUrls) => NodeJS.ProcessEnv) | undefined
  /** Gets a line whenever a process dies, comes back, or has to be killed. */
  say?: ((line: string) => void) | undefined
  /** Gets every line that a process writes, a moment later. */
  onLog?: ((name: string, line: string) => void) | undefined
  /** Gives up a start that is under way: what was started is stopped, and the promise rejects. */
  signal?: AbortSignal | undefined
}

export interface Stack extends ServerUrls {
  /** Where everything is reached, through nginx. */
  origin: string
  dir: string
  processes: readonly Child[]
  /** Starts one more process, which ends with the others. */
  start(spec: ChildSpec): Promise<Child>
  /** Ends everything, what others need last. Idempotent. */
  stop(): Promise<void>
  /** Kills what is still there, for those who do not want to wait for `stop`. */
  hurry(): void
}

/** The public port cannot be listened on. */
export class PortTaken extends Error {
  constructor(host: string, port: number, code: string) {
    super(
      code === 'EADDRINUSE'
        ? `Port ${port} of ${host} is taken by another program. Choose another with PORT=… or --port.`
        : `Port ${port} of ${host} cannot be listened on (${code}).`,
    )
  }
}

/**
 * Starts the whole system and resolves when every part of it is ready: servers, migrations, services, nginx.
 * @throws where a part does not come up, with its name and the end of its log; what was started is stopped again
 * @throws {AlreadyRunning} {PortTaken}
 */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const dir = resolve(options.dir ?? join(ROOT, '.stack'))
  const file = join(dir, 'stack.json')
  let isUp = false
  const supervisor = await Supervisor.open({
    dir,
    say: options.say,
    onLog: options.onLog,
    onChange: () => isUp && writeAtomically(file, describe(stack)),
  })
  const stop = async () => {
    isUp = false
    rmSync(file, { force: true })
    await supervisor.stop()
  }
  const abort = () => void stop()
  options.signal?.addEventListener('abort', abort)
  let stack: Stack
  try {
    rmSync(file, { force: true })
    const addresses = await startAll(supervisor, dir, options)
    const hurry = () => supervisor.hurry()
    const start = (spec: ChildSpec) => supervisor.start(spec)
    stack = { ...addresses, dir, processes: supervisor.children, start, stop, hurry }
    options.signal?.throwIfAborted()
  } catch (error) {
    await stop()
    // What it ran into while being stopped is not the reason.
    options.signal?.throwIfAborted()
    throw error
  } finally {
    options.signal?.removeEventListener('abort', abort)
  }
  isUp = true
  writeAtomically(file, describe(stack))
  return stack
}

async function startAll(supervisor: Supervisor, dir: string, options: StackOptions) {
  const { host = '127.0.0.1', port = await freePort() } = options
  // nginx would find out too, but last, and less clearly.
  const code = await listenError(host, port)
  if (code !== undefined) throw new PortTaken(host, port, code)
  const urls = await startServers(supervisor, { ...options, dir })
  await migrateDatabase(urls.databaseUrl)
  const { ingests = 1, bridges = 2, gateways = 2 } = options
  const starting = { supervisor, urls, options, copyKeys: copyKey(dir) }
  const [, ingestPorts, gatewayPorts] = await Promise.all([
    startServices('bridge', bridges, starting),
    startServices('ingest', ingests, starting),
    startServices('gateway', gateways, starting),
  ])
  const edge = nginx({
    dir: join(dir, 'nginx'),
    host,
    port,
    statusPort: await freePort(),
    accessLog: supervisor.logs.create('nginx-access'),
    ingestPorts,
    gatewayPorts,
  })
  await supervisor.start(edge)
  return { ...urls, origin: edge.url }
}

/** Starts `count` services of one role and answers their public ports. */
async function startServices(
  role: ServiceRole,
  count: number,
  starting: { supervisor: Supervisor; urls: ServerUrls; options: StackOptions; copyKeys: string },
): Promise<number[]> {
  const { redisPrefix = 'causeway', mqttPrefix = 'causeway', env } = starting.options
  const indexes = Array.from({ length: count }, (_, at) => at + 1)
  return Promise.all(
    indexes.map(async (index) => {
      const extra = env?.(role, index, starting.urls) ?? {}
      const spec = await service({
        ...starting.urls,
        role,
        index,
        redisPrefix,
        mqttPrefix,
        copyKeys: starting.copyKeys,
        env: extra,
      })
      await starting.supervisor.start(spec)
      return spec.port
    }),
  )
}

/** What stack.json holds. */
function describe({ origin, processes, databaseUrl, redisUrl, mqttUrl }: Stack) {
  return {
    origin,
    processes: processes.map(({ role, name, pid, url, metricsUrl }) => ({
      role,
      name,
      pid,
      url,
      metricsUrl,
    })),
    databaseUrl,
    redisUrl,
    mqttUrl,
  }
}
