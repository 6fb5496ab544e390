import { execFileSync } from 'node:child_process'
import { chownSync } from 'node:fs'
import { join } from 'node:path'
import { commandAs, ownFolder } from './account.ts'
import { answers } from './probes.ts'
import { ROOT } from './root.ts'
import { type ServerSpec, type ServerOptions, serverEnv } from './server.ts'
import { render } from './template.ts'

export interface NginxOptions extends ServerOptions {
  host: string
  /** Of the private listener with `/nginx_status`. */
  statusPort: number
  accessLog: string
  ingestPorts: number[]
  gatewayPorts: number[]
}

// Each costs memory before it is used; more than this no machine with one nginx needs.
const MOST_CONNECTIONS = 32_768

/** nginx in front, with the configuration that deploy/ has for it. `url` is the origin of everything. */
export function nginx(options: NginxOptions): ServerSpec {
  const { dir, host, port, statusPort } = options
  const config = writeConfig(options)
  const account = ownFolder(dir)
  const page = join(ROOT, 'dist/client/index.html')
  // nginx opens it as the account it runs as.
  if (account !== undefined) chownSync(options.accessLog, account.uid, account.gid)
  return {
    url: `http://${bracketed(reachable(host))}:${port}`,
    role: 'nginx',
    name: 'nginx',
    metricsUrl: `http://127.0.0.1:${statusPort}/nginx_status`,
    // Until its configuration is read nginx reports to the file of -e, by default one below /var/log.
    command: commandAs(account, 'nginx', ['-e', 'stderr', '-p', dir, '-c', config], {
      files: [config, page],
      port,
    }),
    env: serverEnv(),
    cwd: '/',
    probe: () => answers(`http://127.0.0.1:${statusPort}/nginx_status`, 200),
    readyWithin: 15_000,
    // Fast: streams have no end to wait for, and what they came from is stopped next.
    stopSignal: 'SIGTERM',
    stopWithin: 5_000,
  }
}

/** Renders nginx.conf into the folder and returns where it is. */
export function writeConfig(options: NginxOptions): string {
  const { dir, host, port, statusPort, accessLog, ingestPorts, gatewayPorts } = options
  const config = join(dir, 'nginx.conf')
  ownFolder(dir)
  render(join(ROOT, 'charts/causeway/files/nginx.conf.template'), config, {
    RUN_DIR: dir,
    ACCESS_LOG: accessLog,
    STATIC_DIR: join(ROOT, 'dist'),
    TRUSTED_PROXIES: '',
    WORKER_CONNECTIONS: String(workerConnections()),
    LISTEN: `${bracketed(host)}:${port}`,
    STATUS_LISTEN: `127.0.0.1:${statusPort}`,
    INGEST_SERVERS: servers(ingestPorts),
    GATEWAY_SERVERS: servers(gatewayPorts),
  })
  return config
}

function servers(ports: number[]): string {
  return ports.map((port) => `server 127.0.0.1:${port} max_fails=0;`).join('\n    ')
}

/** Where this machine reaches what listens on all its addresses. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1'
  return host === '::' ? '::1' : host
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}

/** As many as there may be open files, less some for logs and listeners. */
function workerConnections(): number {
  const limit = Number(execFileSync('sh', ['-c', 'ulimit -n'], { encoding: 'utf8' }))
  return Number.isNaN(limit) ? MOST_CONNECTIONS : Math.min(MOST_CONNECTIONS, limit - 64)
}
