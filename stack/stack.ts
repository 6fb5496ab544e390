import { rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type AuthMode, accountAuth, verifierAuth } from './auth.ts'
import type { Child, ChildSpec } from './child.ts'
import { StartRefused } from './errors.ts'
import { developmentProvider } from './identityProvider/server.ts'
import { layoutEnv, migrationEnv, writeLayout } from './layout.ts'
import { limitsFor } from './limits.ts'
import { migrateDatabase } from './migration.ts'
import { nginx, originOf } from './nginx.ts'
import { freePort, listenError } from './ports.ts'
import { ROOT } from './root.ts'
import { secret } from './secret.ts'
import {
  type Servers,
  type ServersOptions,
  type ServerUrls,
  startServers,
  urlsFor,
} from './servers.ts'
import { type ServiceRole, service } from './service.ts'
import { Supervisor, type SupervisorOptions } from './supervisor.ts'
import { openAuthority } from './tls.ts'
import { writeAtomically } from './writeAtomically.ts'

export interface StackOptions
  extends Omit<ServersOptions, 'dir' | 'tls'>, Omit<SupervisorOptions, 'dir' | 'onChange'> {
  /** For data, logs, run.pids and stack.json; one stack at a time. Default: `.stack` in the repository. */
  dir?: string | undefined
  /** Where nginx listens. Default: a free port of 127.0.0.1. */
  host?: string | undefined
  port?: number | undefined
  /** How many of each; default 1, 2 and 2. */
  ingests?: number | undefined
  bridges?: number | undefined
  gateways?: number | undefined
  /** `required` starts `account`, and every request needs a token of it; by default nobody needs any. */
  auth?: AuthMode | undefined
  /** With `auth` required: an identity provider for development, with two people, whom account signs in. Default: false. */
  oidc?: boolean | undefined
  /** TLS everywhere, by certificates of an authority that is made in `<dir>/tls`. Default: false. */
  secure?: boolean | undefined
  /**
   * More environment for one service, e.g. the URL of a proxy in front of its Redis; `index` counts from 1, `urls` are its own, `layout` is
   * what several logs add.
   */
  env?:
    | ((
        role: ServiceRole,
        index: number,
        urls: ServerUrls,
        layout: NodeJS.ProcessEnv,
      ) => NodeJS.ProcessEnv)
    | undefined
  /** Stops the stack. A start that is under way rejects. */
  signal?: AbortSignal | undefined
}

export interface Stack extends Servers {
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

/**
 * Starts the whole system and resolves when every part is ready: servers, migrations, services, nginx.
 * @throws if a part does not come up, with its name and the end of its log; what was started is stopped again
 * @throws {StartRefused} if another stack uses the folder, or nobody can listen on the public port
 */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const dir = resolve(options.dir ?? join(ROOT, '.stack'))
  const file = join(dir, 'stack.json')
  let stack: Stack | undefined
  const describe = () => {
    if (stack !== undefined) writeAtomically(file, `${JSON.stringify(stack, DESCRIBED, 2)}\n`)
  }
  const { signal } = options
  const supervisor = await Supervisor.open({ ...options, dir, onChange: describe })
  const stop = async () => {
    stack = undefined
    rmSync(file, { force: true })
    await supervisor.stop()
  }
  signal?.addEventListener('abort', () => void stop())
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
  }
}

async function startAll(supervisor: Supervisor, dir: string, options: StackOptions) {
  const { host = '127.0.0.1', port = await freePort() } = options
  await checkPort(host, port)
  const tls = options.secure === true ? openAuthority(join(dir, 'tls')) : undefined
  const layout = writeLayout(dir, options)
  const servers = await startServers(supervisor, { ...options, dir, tls })
  const { named = [] } = servers
  await migrateDatabase(servers.databaseUrl, servers.addresses, migrationEnv(layout, named))
  const { redisPrefix = 'causeway', mqttPrefix = 'causeway', env, auth = 'open' } = options
  const origin = originOf({ host, port, tls })
  const shared = {
    redisPrefix,
    mqttPrefix,
    copyKeys: secret(join(dir, 'copy-key')),
    limitsRedisUrl: servers.addresses['LIMITS_REDIS_URL'] ?? servers.redisUrl,
    authority: tls?.trusted,
    limits: limitsFor(host),
  }
  /** Starts `count` services of one role and returns their public ports. `own`: what their role needs. */
  const startServices = (role: ServiceRole, count: number, own: NodeJS.ProcessEnv = {}) =>
    Promise.all(
      Array.from({ length: count }, async (_, at) => {
        const index = at + 1
        const urls = urlsFor(role, servers)
        const ofLayout = layoutEnv(layout, named, role)
        const more = env?.(role, index, urls, ofLayout) ?? {}
        const spec = await service({
          ...shared,
          ...urls,
          role,
          index,
          auth: own,
          layout: ofLayout,
          env: more,
        })
        await supervisor.start(spec)
        return spec.port
      }),
    )
  const startAccount = async () => {
    const own = accountAuth(dir, origin)
    if (options.oidc === true) {
      const where = { origin, port: await freePort(), authority: tls?.trusted }
      const { server, settings } = developmentProvider(where)
      await supervisor.start(server)
      own['PROVIDERS'] = JSON.stringify([settings])
    }
    return startServices('account', 1, own)
  }
  const accountPorts = auth === 'open' ? [] : await startAccount()
  const verifying = verifierAuth(auth, origin, accountPorts[0])
  const [, ingestPorts, gatewayPorts] = await Promise.all([
    startServices('bridge', options.bridges ?? 2),
    startServices('ingest', options.ingests ?? 1, verifying),
    startServices('gateway', options.gateways ?? 2, verifying),
  ])
  const edge = nginx({
    dir: join(dir, 'nginx'),
    host,
    port,
    statusPort: await freePort(),
    accessLog: supervisor.logs.create('nginx-access'),
    ingestPorts,
    gatewayPorts,
    accountPorts,
    tls,
  })
  await supervisor.start(edge)
  return { ...servers, origin: edge.url }
}

/** nginx would find out too, but last, and less clearly. */
async function checkPort(host: string, port: number): Promise<void> {
  const code = await listenError(host, port)
  if (code === undefined) return
  throw new StartRefused(
    code === 'EADDRINUSE'
      ? `Another program uses port ${port} of ${host}. Choose another port with PORT=… or --port.`
      : `Causeway cannot listen on port ${port} of ${host} (${code}).`,
  )
}
