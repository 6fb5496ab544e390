import { execFileSync } from 'node:child_process'
import { chownSync } from 'node:fs'
import { isIP } from 'node:net'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { MAX_BODY_BYTES } from '../contract/limits.ts'
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
  /** Lines of the gateways' upstream in place of those for ports. */
  gatewayServers?: string | undefined
  /** If there are none, nobody can sign in here. */
  accountPorts?: number[]
  /** Host names that are served, beside localhost and all addresses. Default: this machine's. */
  hosts?: string[]
  /** Of one address. Default: all that one machine can make, since every client of a stack may be on it. */
  limits?: EdgeLimits
  tls?: Authority | undefined
}

/** What one address may do: an IPv4 address, or the /64 of an IPv6 one. */
export interface EdgeLimits {
  /** Open at once, and new ones at once. */
  streams: number
  streamsPerSecond: number
  /** In progress at once, streams aside. */
  requests: number
  requestsPerSecond: number
  signInsPerSecond: number
}

/** The highest that nginx takes. */
const UNLIMITED: EdgeLimits = {
  streams: 65_535,
  streamsPerSecond: 1_000_000,
  requests: 65_535,
  requestsPerSecond: 1_000_000,
  signInsPerSecond: 1_000_000,
}

// nginx takes memory for each before it is used. No machine with one nginx needs more.
const MAX_CONNECTIONS = 32_768
/** The page and what it loads, and nothing else. */
const PAGE = join(ROOT, 'dist/page')
/** Where this machine reaches a server that listens on all addresses. */
const LOOPBACK: Record<string, string> = { '0.0.0.0': '127.0.0.1', '::': '::1' }

/** nginx in front, with the chart's configuration. `url` is the origin of everything. */
export function nginx(options: NginxOptions): ServerSpec {
  const { dir, port, statusPort } = options
  const config = writeConfig(options)
  const account = ownFolder(dir)
  const page = join(PAGE, 'index.html')
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
  const { dir, host, port, statusPort, accessLog, limits = UNLIMITED } = options
  const config = join(dir, 'nginx.conf')
  const connections = workerConnections()
  const own = options.tls?.issue(dir)
  ownFolder(dir)
  renderConfig('nginx.conf.template', config, {
    RUN_DIR: dir,
    ACCESS_LOG: accessLog,
    STATIC_DIR: PAGE,
    TRUSTED_PROXIES: '',
    HOSTS: (options.hosts ?? namesOf(host)).join(' '),
    // Browsers keep it for a host and all of its ports: other programs on this machine would not be reached by http any more.
    HSTS: '',
    // Whatever ingest is set to, which also counts.
    MAX_BODY_BYTES: String(MAX_BODY_BYTES),
    STREAMS_PER_CLIENT: String(limits.streams),
    STREAMS_PER_SECOND: String(limits.streamsPerSecond),
    REQUESTS_PER_CLIENT: String(limits.requests),
    REQUESTS_PER_SECOND: String(limits.requestsPerSecond),
    SIGN_INS_PER_SECOND: String(limits.signInsPerSecond),
    WORKER_CONNECTIONS: String(connections),
    OPEN_FILES: String(connections + RESERVED_FILES),
    // Of two workers, with two connections for each stream.
    STREAM_CAPACITY: String(connections),
    // Browsers open only six connections to an origin by HTTP/1.1, and a stream takes one for as long as it lasts.
    LISTEN: `${bracketed(host)}:${port}${own === undefined ? '' : ' ssl http2'}`,
    LISTEN_V6: '',
    TLS:
      own === undefined
        ? ''
        : `ssl_certificate "${own.cert}";\n    ssl_certificate_key "${own.key}";`,
    STATUS_LISTEN: `127.0.0.1:${statusPort}`,
    STATUS_LISTEN_V6: '',
    INGEST_SERVERS: servers(options.ingestPorts),
    GATEWAY_SERVERS: options.gatewayServers ?? servers(options.gatewayPorts),
    ACCOUNT_SERVERS: servers(options.accountPorts ?? []),
  })
  return config
}

/** How browsers elsewhere may call this machine. The template has localhost and all addresses. */
function namesOf(host: string): string[] {
  return [...new Set([hostname(), host])].filter((name) => name !== 'localhost' && isIP(name) === 0)
}

function servers(ports: number[]): string {
  return ports.map((port) => `server 127.0.0.1:${port} max_fails=0;`).join('\n    ')
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}

/** For logs and listeners. */
const RESERVED_FILES = 64

/** The open-file limit, minus a few. */
function workerConnections(): number {
  const limit = Number(execFileSync('sh', ['-c', 'ulimit -n'], { encoding: 'utf8' }))
  return Number.isNaN(limit) ? MAX_CONNECTIONS : Math.min(MAX_CONNECTIONS, limit - RESERVED_FILES)
}
