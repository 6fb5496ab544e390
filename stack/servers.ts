import { join } from 'node:path'
import { messageOf } from './errors.ts'
import { mosquitto } from './mosquitto.ts'
import { freePort } from './ports.ts'
import { postgres } from './postgres.ts'
import { redis } from './redis.ts'
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
  /** Of those that are started; default: free ones. */
  postgresPort?: number | undefined
  redisPort?: number | undefined
  mqttPort?: number | undefined
}

const DATABASE = 'causeway'

/** Starts Postgres, Redis and Mosquitto, all at once; one whose address is given is someone else's and is used as it is. */
export async function startServers(
  supervisor: Supervisor,
  options: ServersOptions,
): Promise<ServerUrls> {
  const folder = (name: string) => join(options.dir, name)
  const [databaseUrl, redisUrl, mqttUrl] = await Promise.all([
    options.databaseUrl ?? startPostgres(supervisor, folder('postgres'), options.postgresPort),
    options.redisUrl ?? startRedis(supervisor, folder('redis'), options.redisPort),
    options.mqttUrl ?? startMosquitto(supervisor, folder('mosquitto'), options.mqttPort),
  ])
  return { databaseUrl, redisUrl, mqttUrl }
}

async function startPostgres(supervisor: Supervisor, dir: string, port?: number): Promise<string> {
  const server = await postgres({ dir, port: port ?? (await freePort()) })
  await supervisor.start(server)
  await createIfMissing(server.url)
  return withDatabase(server.url, DATABASE)
}

async function createIfMissing(url: string): Promise<void> {
  try {
    await runSql(url, `create database ${DATABASE}`)
  } catch (error) {
    if (messageOf(error) !== 'DatabaseAlreadyExists') throw error
  }
}

async function startRedis(supervisor: Supervisor, dir: string, port?: number): Promise<string> {
  const server = redis({ dir, port: port ?? (await freePort()) })
  await supervisor.start(server)
  return server.url
}

async function startMosquitto(supervisor: Supervisor, dir: string, port?: number): Promise<string> {
  const server = mosquitto({ dir, port: port ?? (await freePort()) })
  await supervisor.start(server)
  return server.url
}
