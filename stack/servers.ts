import { join } from 'node:path'
import { messageOf } from './errors.ts'
import { type NamedServer, serverNames } from './layout.ts'
import { mosquitto } from './mosquitto.ts'
import { freePort } from './ports.ts'
import { postgres } from './postgres.ts'
import { standby, untilStreaming } from './postgresStandby.ts'
import { redis } from './redis.ts'
import { redisCluster } from './redisCluster.ts'
import { redisSentinel } from './redisSentinel.ts'
import type { Addresses } from './secret.ts'
import type { ServerOptions, ServerSpec } from './server.ts'
import { onDatabase, runSql, withDatabase } from './sql.ts'
import type { Supervisor } from './supervisor.ts'
import type { Authority } from './tls.ts'

/** Where the three servers are. */
export interface ServerUrls {
  databaseUrl: string
  /** For reading only; undefined without a replica. */
  databaseReplicaUrl?: string | undefined
  redisUrl: string
  mqttUrl: string
}

/** The same for administrators; and for the services' own users. A service without its own takes the administrator's. */
export interface Servers extends ServerUrls {
  addresses: Addresses
  /** Those beside the first of each kind; default: none. */
  named?: readonly NamedServer[] | undefined
}

export interface ServersOptions {
  /** Each server that is started gets a folder here. */
  dir: string
  databaseUrl?: string | undefined
  redisUrl?: string | undefined
  mqttUrl?: string | undefined
  /** For those that are started; default: free ports. */
  postgresPort?: number | undefined
  redisPort?: number | undefined
  /** The kind of each Redis, between which several logs are spread; default: one, `single`. */
  redis?: readonly RedisKind[] | undefined
  mqttPort?: number | undefined
  /** With several of them, each may be moved to another Postgres. Default: 1. */
  logs?: number | undefined
  /** How many servers of Postgres, and how many brokers, between which several logs are spread; default 1. */
  postgres?: number | undefined
  brokers?: number | undefined
  /** Adds a Postgres that follows the first, and makes the services read history from it. Default: false. */
  replica?: boolean | undefined
  /** Of the names that the users of services may touch. Default: `causeway`. */
  redisPrefix?: string | undefined
  mqttPrefix?: string | undefined
  /** Makes their certificates; without, they do not use TLS. */
  tls?: Authority | undefined
  /** For users of servers that are someone else's, from the environment. */
  addresses?: Addresses | undefined
}

/** Of how many servers a Redis is: one; a master, replicas and Sentinels; or a cluster. */
export type RedisKind = 'single' | 'sentinel' | 'cluster'

type Started = Pick<ServerSpec, 'url' | 'addresses'>
type Server = (supervisor: Supervisor, options: ServerOptions) => Promise<Started>

const DATABASE = 'causeway'

function one(recipe: (options: ServerOptions) => ServerSpec | Promise<ServerSpec>): Server {
  return async (supervisor, options) => {
    const spec = await recipe(options)
    await supervisor.start(spec)
    return spec
  }
}

const REDIS: Record<RedisKind, Server> = {
  single: one(redis),
  sentinel: redisSentinel,
  cluster: redisCluster,
}

/** For servers that several stacks share, each with prefixes of its own. */
export const ANY_PREFIX = { redisPrefix: '*', mqttPrefix: '+' }

/** Starts Postgres, Redis and Mosquitto, all at once. A server whose URL is given is someone else's: it is used as it is. */
export async function startServers(
  supervisor: Supervisor,
  options: ServersOptions,
): Promise<Servers> {
  const { redisPrefix, mqttPrefix, tls, logs = 1 } = options
  const addresses: Addresses = { ...options.addresses }
  const start = async (
    server: Server,
    name: string,
    port: number | undefined,
    prefix?: string,
  ): Promise<string> => {
    const dir = join(options.dir, name)
    const own = { dir, port: port ?? (await freePort()), prefix, tls, movable: logs > 1 }
    const started = await server(supervisor, own)
    Object.assign(addresses, started.addresses)
    return started.url
  }
  const [firstRedis = 'single'] = options.redis ?? []
  const [named, databaseUrl, redisUrl, mqttUrl] = await Promise.all([
    startNamed(supervisor, options),
    options.databaseUrl ?? start(one(postgres), 'postgres', options.postgresPort).then(ownDatabase),
    options.redisUrl ?? start(REDIS[firstRedis], 'redis', options.redisPort, redisPrefix),
    options.mqttUrl ?? start(one(mosquitto), 'mosquitto', options.mqttPort, mqttPrefix),
  ])
  const servers = { databaseUrl, redisUrl, mqttUrl, named }
  if (options.databaseUrl !== undefined) return { ...servers, addresses }
  const own = onDatabase(addresses, DATABASE)
  if (options.replica !== true) return { ...servers, addresses: own }
  const replicaPort = await startReplica(supervisor, databaseUrl, options)
  return { ...servers, addresses: { ...own, ...replicatedAddresses(own, replicaPort) } }
}

/** The servers beside the first of each kind, all at once. */
function startNamed(supervisor: Supervisor, options: ServersOptions): Promise<NamedServer[]> {
  const { redisPrefix, mqttPrefix, redis: kinds = [] } = options
  const start = async (
    kind: NamedServer['kind'],
    name: string,
    server: Server,
    prefix?: string,
  ): Promise<NamedServer> => {
    const own = `${kind === 'broker' ? 'mosquitto' : kind}-${name}`
    const dir = join(options.dir, own)
    const port = await freePort()
    const where = { dir, port, name: own, prefix, tls: options.tls, movable: true }
    const { url, addresses } = await server(supervisor, where)
    return { kind, name, url, addresses }
  }
  return Promise.all([
    ...serverNames('postgres', options).map(async (name) => {
      const { url, addresses, ...own } = await start('postgres', name, one(postgres))
      return { ...own, url: await ownDatabase(url), addresses: onDatabase(addresses, DATABASE) }
    }),
    ...serverNames('redis', options).map((name, at) =>
      start('redis', name, REDIS[kinds[at + 1] ?? 'single'], redisPrefix),
    ),
    ...serverNames('broker', options).map((name) =>
      start('broker', name, one(mosquitto), mqttPrefix),
    ),
  ])
}

async function startReplica(
  supervisor: Supervisor,
  url: string,
  { dir, tls }: ServersOptions,
): Promise<number> {
  const options = {
    dir: join(dir, 'replica'),
    port: await freePort(),
    name: 'replica',
    primary: { dir: join(dir, 'postgres'), url },
    tls,
  }
  await supervisor.start(await standby(options))
  await untilStreaming(options)
  return options.port
}

/** The services' addresses of both servers, of which one takes writes, and of the replica. */
function replicatedAddresses(addresses: Addresses, replicaPort: number): Addresses {
  const of = Object.entries(addresses).filter(([name]) => name.endsWith('_DATABASE_URL'))
  return Object.fromEntries(
    of.flatMap(([name, url]) => {
      const [, start = '', port = '', rest = ''] = /^(.*@127\.0\.0\.1:)(\d+)(.*)$/.exec(url) ?? []
      const mark = rest.includes('?') ? '&' : '?'
      return [
        [
          name,
          `${start}${port},127.0.0.1:${replicaPort}${rest}${mark}target_session_attrs=read-write`,
        ],
        [name.replace('_DATABASE_URL', '_DATABASE_REPLICA_URL'), `${start}${replicaPort}${rest}`],
      ]
    }),
  )
}

/** The addresses for one service. */
export function urlsFor(service: string, servers: Servers): ServerUrls {
  const own = (name: string) => servers.addresses[`${service.toUpperCase()}_${name}`]
  return {
    databaseUrl: own('DATABASE_URL') ?? servers.databaseUrl,
    databaseReplicaUrl: own('DATABASE_REPLICA_URL'),
    redisUrl: own('REDIS_URL') ?? servers.redisUrl,
    mqttUrl: own('MQTT_URL') ?? servers.mqttUrl,
  }
}

/** Creates our database on the server, unless it is there, and returns its URL. */
async function ownDatabase(serverUrl: string): Promise<string> {
  try {
    await runSql(serverUrl, `create database ${DATABASE}`)
  } catch (error) {
    if (messageOf(error) !== 'DatabaseAlreadyExists') throw error
  }
  return withDatabase(serverUrl, DATABASE)
}
