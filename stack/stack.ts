import { rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Child, ChildSpec } from './child.ts'
import { copyKey } from './copyKey.ts'
import { limitsFor } from './limits.ts'
import { migrateDatabase } from './migration.ts'
import { nginx } from './nginx.ts'
import { freePort, listenError } from './ports.ts'
import { ROOT } from './root.ts'
import { type ServerUrls, type ServersOptions, startServers } from './servers.ts'
import { type ServiceRole, service } from './service.ts'
import { Supervisor } from './supervisor.ts'
import { writeAtomically } from './writeAtomically.ts'

export interface StackOptions extends Omit<ServersOptions, 'dir'> {
  /** For data, logs, run.pids and stack.json; one stack at a time. Default: `.stack` in the repository. */
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
  /** More environment for one service, e.g. the URL of a proxy in front of its Redis; `index` counts from 1. */
  env?: ((role: ServiceRole, index: number, urls: ServerUrls) => NodeJS.ProcessEnv) | undefined
  /** Gets a line whenever a process dies, comes back, or has to be killed. */
  print?: ((line: string) => void) | undefined
  /** Gets every line that a process writes, a moment later. */
  onLog?: ((name: string, line: string) => void) | undefined
  /** Ends a start that is under way: what was started is stopped, and the promise rejects. */
  signal?: AbortSignal | undefined
}

export interface Stack extends ServerUrls {
  /** Where everything is reached, through nginx. */
  origin: string
  dir: string
  processes: readonly Child[]
  /** Starts one more process, which stops with the others. */
  start(spec: ChildSpec): Promise<Child>
  /** Stops everything, what others need last. Idempotent. */
  stop(): Promise<void>
  /** Kills what still runs, for those who do not want to wait for `stop`. */
  forceStop(): void
}

/** What stack.json holds, of the stack and of each process. */
const DESCRIBED =
  'origin processes databaseUrl redisUrl mqttUrl role name pid url metricsUrl'.split(' ')

/** Nobody can listen on the public port. */
export class PortTaken extends Error {
  constructor(host: string, port: number, code: string) {
    super(
      code === 'EADDRINUSE'
        ? `Another program uses port ${port} of ${host}. Choose another port with PORT=… or --port.`
        : `Causeway cannot listen on port ${port} of ${host} (${code}).`,
    )
  }
}

/**
 * Starts the whole system and resolves when every part is ready: servers, migrations, services, nginx.
 * @throws if a part does not come up, with its name and the end of its log; what was started is stopped again
 * @throws {AlreadyRunning} {PortTaken}
 */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const dir = resolve(options.dir ?? join(ROOT, '.stack'))
  const file = join(dir, 'stack.json')
  let stack: Stack | undefined
  const describe = () => {
    if (stack !== undefined) writeAtomically(file, `${JSON.stringify(stack, DESCRIBED, 2)}\n`)
  }
  const { print, onLog, signal } = options
  const supervisor = await Supervisor.open({ dir, print, onLog, onChange: describe })
  const stop = async () => {
    stack = undefined
    rmSync(file, { force: true })
    await supervisor.stop()
  }
  const abort = () => void stop()
  signal?.addEventListener('abort', abort)
  try {
    rmSync(file, { force: true })
    const urls = await startAll(supervisor, dir, options)
    signal?.throwIfAborted()
    stack = {
      ...urls,
      dir,
      processes: supervisor.children,
      start: (spec) => supervisor.start(spec),
      stop,
      forceStop: () => supervisor.forceStop(),
    }
    describe()
    return stack
  } catch (error) {
    await stop()
    // The errors that stopping causes are not the reason.
    signal?.throwIfAborted()
    throw error
  } finally {
    signal?.removeEventListener('abort', abort)
  }
}

async function startAll(supervisor: Supervisor, dir: string, options: StackOptions) {
  const { host = '127.0.0.1', port = await freePort() } = options
  // nginx would find out too, but last, and less clearly.
  const code = await listenError(host, port)
  if (code !== undefined) throw new PortTaken(host, port, code)
  const urls = await startServers(supervisor, { ...options, dir })
  await migrateDatabase(urls.databaseUrl)
  const { redisPrefix = 'causeway', mqttPrefix = 'causeway', env } = options
  const limits = limitsFor(host)
  const shared = { ...urls, redisPrefix, mqttPrefix, copyKeys: copyKey(dir), limits }
  /** Starts `count` services of one role and returns their public ports. */
  const startServices = (role: ServiceRole, count: number) =>
    Promise.all(
      Array.from({ length: count }, async (_, at) => {
        const index = at + 1
        const spec = await service({ ...shared, role, index, env: env?.(role, index, urls) ?? {} })
        await supervisor.start(spec)
        return spec.port
      }),
    )
  const [, ingestPorts, gatewayPorts] = await Promise.all([
    startServices('bridge', options.bridges ?? 2),
    startServices('ingest', options.ingests ?? 1),
    startServices('gateway', options.gateways ?? 2),
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
