import { appendFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { commandAs, ownFolder } from './account.ts'
import { waitForTcp } from './probes.ts'
import { ROOT } from './root.ts'
import { type Addresses, passwordIn, type Secured, secured } from './secret.ts'
import { type ServerSpec, type ServerOptions, serverSpec } from './server.ts'
import { render } from './template.ts'

const USERS = {
  INGEST_REDIS_URL: 'ingest',
  BRIDGE_REDIS_URL: 'bridge',
  GATEWAY_REDIS_URL: 'gateway',
  LIMITS_REDIS_URL: 'limiter',
}

/** Redis as a cache that may be lost at any time, with a user for each service. */
export function redis(options: ServerOptions): ServerSpec {
  const share = redisShare(options)
  return redisNode(share, { name: share.name, port: options.port })
}

/** What several Redis servers of a stack have in common: the folder, and with it the users and the certificate. */
export interface RedisShare extends Secured {
  dir: string
  /** How the names of all of them begin. */
  name: string
  prefix: string
}

export function redisShare(options: ServerOptions): RedisShare {
  const { dir, name = 'redis', prefix = 'causeway' } = options
  return { dir, name, prefix, ...secured(options, 'redis', USERS) }
}

interface RedisNode {
  name: string
  port: number
  /** More lines of its configuration. */
  more?: readonly string[]
}

export function redisNode(share: RedisShare, { name, port, more = [] }: RedisNode): ServerSpec {
  const { dir, url, password, prefix, addresses } = share
  // A file, because everybody can read a command line.
  const config = join(dir, `${name}.conf`)
  render(join(ROOT, 'deploy/redis/redis.conf.template'), config, {
    REDIS_HOST: '127.0.0.1',
    LISTEN: listenLines(share, port).join('\n'),
    DATA_DIR: dir,
    REDIS_PREFIX: prefix,
    ADMIN_PASSWORD: password,
    INGEST_PASSWORD: passwordIn(addresses['INGEST_REDIS_URL']),
    BRIDGE_PASSWORD: passwordIn(addresses['BRIDGE_REDIS_URL']),
    GATEWAY_PASSWORD: passwordIn(addresses['GATEWAY_REDIS_URL']),
    LIMITER_PASSWORD: passwordIn(addresses['LIMITS_REDIS_URL']),
  })
  appendFileSync(config, more.map((line) => `\n${line}`).join(''))
  return serverSpec('redis', {
    name,
    url: url.replace(/:\d+$/, `:${port}`),
    addresses,
    command: commandAs(ownFolder(dir), 'redis-server', [config], { files: [config] }),
    probe: () => waitForTcp(port),
  })
}

/** For a server, or a Sentinel, that listens on a port, with TLS or without. */
export function listenLines({ certificate }: RedisShare, port: number): string[] {
  if (certificate === undefined) return [`port ${port}`]
  const { cert, key, authority } = certificate
  return [
    'port 0',
    `tls-port ${port}`,
    'tls-auth-clients no',
    `tls-cert-file ${cert}`,
    `tls-key-file ${key}`,
    `tls-ca-cert-file ${authority}`,
  ]
}

/** For a server that copies others, or is copied by them. */
export function replicationLines({ certificate, password }: RedisShare): string[] {
  return [
    'masteruser admin',
    `masterauth ${password}`,
    'repl-diskless-sync-delay 0',
    ...(certificate === undefined ? [] : ['tls-replication yes']),
  ]
}

/** The administrator's and the services' addresses of several servers; see chassis/redisAddress.ts. */
export function redisUrls(
  { url, addresses }: RedisShare,
  kind: 'sentinel' | 'cluster',
  ports: readonly number[],
  rest = '',
): { url: string; addresses: Addresses } {
  const hosts = ports.map((port) => `127.0.0.1:${port}`).join(',')
  const several = (one: string): string =>
    one.replace(/^(rediss?):(\/\/[^@]*@).*$/, `$1+${kind}:$2${hosts}${rest}`)
  const entries = Object.entries(addresses).map(([name, one]) => [name, several(one)])
  return { url: several(url), addresses: Object.fromEntries(entries) }
}

/** Its administrator's connection; close it. */
export function redisAdmin({ password, certificate }: RedisShare, port: number): Redis {
  const client = new Redis({
    port,
    username: 'admin',
    password,
    ...(certificate && { tls: { ca: readFileSync(certificate.authority) } }),
  })
  // A command that fails for it says so.
  return client.on('error', () => {})
}
