import { execFileSync } from 'node:child_process'
import { chownSync } from 'node:fs'
import { join } from 'node:path'
import { commandAs, ownFolder } from './account.ts'
import { waitForHttp } from './probes.ts'
import { ROOT } from './root.ts'
import { type ServerSpec, type ServerOptions, serverSpec } from './server.ts'
import { renderConfig } from './template.ts'
import type { Authority } from './tls.ts'

export interface NginxOptions extends ServerOptions {
  host: string
  /** The port of the private listener with `/nginx_status`. */
  statusPort: number
  accessLog: string
  ingestPorts: number[]
  gatewayPorts: number[]
  /** If there are none, nobody can sign in here. */
  accountPorts?: number[]
  tls?: Authority | undefined
}

// nginx takes memory for each before it is used. No machine with one nginx needs more.
const MAX_CONNECTIONS = 32_768
/** Where this machine reaches a server that listens on all addresses. */
const LOOPBACK: Record<string, string> = { '0.0.0.0': '127.0.0.1', '::': '::1' }

/** nginx in front, with the chart's configuration. `url` is the origin of everything. */
export function nginx(options: NginxOptions): ServerSpec {
  const { dir, port, statusPort } = options
  const config = writeConfig(options)
  const account = ownFolder(dir)
  const page = join(ROOT, 'dist/client/index.html')
  // nginx opens it as the account it runs as.
  if (account !== undefined) chownSync(options.accessLog, account.uid, account.gid)
  const metricsUrl = `http://127.0.0.1:${statusPort}/nginx_status`
  return serverSpec('nginx', {
    url: originOf(options),
    metricsUrl,
    // Until nginx has read its configuration it reports to the file of -e, by default one below /var/log.
    command: commandAs(account, 'nginx', ['-e', 'stderr', '-p', dir, '-c', config], {
      files: [config, page],
      port,
    }),
    probe: () => waitForHttp(metricsUrl, 200),
    // Its workers outlive a master that was killed.
    deathSignal: 'SIGTERM',
  })
}

/** Where everything is reached, through nginx. */
export function originOf({ host, port, tls }: Pick<NginxOptions, 'host' | 'port' | 'tls'>): string {
  return `${tls === undefined ? 'http' : 'https'}://${bracketed(LOOPBACK[host] ?? host)}:${port}`
}

/** Renders nginx.conf into the folder and returns its path. */
export function writeConfig(options: NginxOptions): string {
  const { dir, host, port, statusPort, accessLog, ingestPorts, gatewayPorts } = options
  const config = join(dir, 'nginx.conf')
  const own = options.tls?.issue(dir)
  ownFolder(dir)
  renderConfig('nginx.conf.template', config, {
    RUN_DIR: dir,
    ACCESS_LOG: accessLog,
    STATIC_DIR: join(ROOT, 'dist'),
    TRUSTED_PROXIES: '',
    WORKER_CONNECTIONS: String(workerConnections()),
    LISTEN: `${bracketed(host)}:${port}${own === undefined ? '' : ' ssl'}`,
    TLS:
      own === undefined
        ? ''
        : `ssl_certificate "${own.cert}";\n    ssl_certificate_key "${own.key}";`,
    STATUS_LISTEN: `127.0.0.1:${statusPort}`,
    INGEST_SERVERS: servers(ingestPorts),
    GATEWAY_SERVERS: servers(gatewayPorts),
    ACCOUNT_SERVERS: servers(options.accountPorts ?? []),
  })
  return config
}

function servers(ports: number[]): string {
  return ports.map((port) => `server 127.0.0.1:${port} max_fails=0;`).join('\n    ')
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}

/** The open-file limit, minus a few for logs and listeners. */
function workerConnections(): number {
  const limit = Number(execFileSync('sh', ['-c', 'ulimit -n'], { encoding: 'utf8' }))
  return Number.isNaN(limit) ? MAX_CONNECTIONS : Math.min(MAX_CONNECTIONS, limit - 64)
}
