import { join } from 'node:path'
import { messageOf } from './errors.ts'
import { mosquitto } from './mosquitto.ts'
import { freePort } from './ports.ts'
import { postgres } from './postgres.ts'
import { redis } from './redis.ts'
import type { ServerOptions, ServerSpec } from './server.ts'
import { runSql, withDatabase } from './sql.ts'
import type { Supervisor } from './supervisor.ts'

/** Where the three servers are. */
export interface ServerUrls {
  databaseUrl: string
  redisUrl: string
  mqttUrl: string
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
  mqttPort?: number | undefined
}

type Server = (options: ServerOptions) => ServerSpec | Promise<ServerSpec>

const DATABASE = 'causeway'

/** Starts Postgres, Redis and Mosquitto, all at once. A server whose URL is given is someone else's: it is used as it is. */
export async function startServers(
  supervisor: Supervisor,
  options: ServersOptions,
): Promise<ServerUrls> {
  const start = async (server: Server, port: number | undefined) => {
    const dir = join(options.dir, server.name)
    const spec = await server({ dir, port: port ?? (await freePort()) })
    await supervisor.start(spec)
    return spec.url
  }
  const [databaseUrl, redisUrl, mqttUrl] = await Promise.all([
    options.databaseUrl ?? start(postgres, options.postgresPort).then(ownDatabase),
    options.redisUrl ?? start(redis, options.redisPort),
    options.mqttUrl ?? start(mosquitto, options.mqttPort),
  ])
  return { databaseUrl, redisUrl, mqttUrl }
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
