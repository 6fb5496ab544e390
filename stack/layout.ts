import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { LayoutFile } from '../chassis/layoutFile.ts'
import { StartRefused } from './errors.ts'
import type { Addresses } from './secret.ts'
import { writeAtomically } from './writeAtomically.ts'

/** One more server beside the first of its kind, by the name that a layout gives it. */
export interface NamedServer {
  kind: ServerKind
  name: string
  /** The administrator's. */
  url: string
  /** Those of the services' own users. */
  addresses: Addresses
}

type ServerKind = 'postgres' | 'redis' | 'broker'

/** The variable with the address of the first server of a kind. */
const VARIABLES: Record<ServerKind, string> = {
  postgres: 'DATABASE_URL',
  redis: 'REDIS_URL',
  broker: 'MQTT_URL',
}

interface LayoutOptions {
  /** How many; default 1. */
  logs?: number | undefined
  /** How many servers of Postgres, in turn for the logs; default 1. */
  postgres?: number | undefined
  /** How many of Redis and how many brokers, each for a run of logs; default 1. */
  redis?: readonly unknown[] | undefined
  brokers?: number | undefined
}

/** The names of the servers of a kind after the first, which has none: `p2`, `r2`, `b2`. */
export function serverNames(
  kind: ServerKind,
  { postgres = 1, redis = [0], brokers = 1 }: LayoutOptions,
): string[] {
  const count = { postgres, redis: redis.length, broker: brokers }[kind]
  return Array.from({ length: count - 1 }, (_, at) => `${kind.charAt(0)}${at + 2}`)
}

/**
 * Writes the layout of a stack into its folder: its logs, spread over its servers. Returns the file; undefined for one log,
 * which needs none.
 * @throws {StartRefused} if the folder has the data of other logs: their channels would be looked for elsewhere
 */
export function writeLayout(dir: string, options: LayoutOptions): string | undefined {
  const { logs = 1 } = options
  const file = join(dir, 'layout.json')
  const text = logs === 1 ? undefined : `${JSON.stringify(layoutOf(logs, options), null, 2)}\n`
  const known = existsSync(file) ? readFileSync(file, 'utf8') : undefined
  if (known !== text && (known !== undefined || existsSync(join(dir, 'postgres', 'data')))) {
    throw new StartRefused(
      `${dir} has the data of other logs, whose number is chosen once. Choose another folder with --dir.`,
    )
  }
  if (text === undefined) return undefined
  writeAtomically(file, text)
  return file
}

/** Postgres in turn and the others in runs: so logs that share one server do not share all. */
function layoutOf(logs: number, options: LayoutOptions): LayoutFile {
  const of = (kind: ServerKind, at: (servers: number) => number) => {
    const servers = [undefined, ...serverNames(kind, options)]
    const server = servers[at(servers.length)]
    return server === undefined ? {} : { [kind]: server }
  }
  return {
    logs: Array.from({ length: logs }, (_, id) => ({
      id,
      ...of('postgres', (servers) => id % servers),
      ...of('redis', (servers) => Math.floor((id * servers) / logs)),
      ...of('broker', (servers) => Math.floor((id * servers) / logs)),
    })),
    rules: [],
  }
}

/** What a layout adds to the environment of a service, whose own users the addresses have. */
export function layoutEnv(
  file: string | undefined,
  servers: readonly NamedServer[],
  role: string,
): NodeJS.ProcessEnv {
  if (file === undefined) return {}
  const addresses = servers.map(({ kind, name, url, addresses: own }) => [
    `${VARIABLES[kind]}_${name.toUpperCase()}`,
    own[`${role.toUpperCase()}_${VARIABLES[kind]}`] ?? url,
  ])
  return { LAYOUT_FILE: file, ...Object.fromEntries(addresses) }
}

/** And to that of the migration, which makes the users of Postgres. */
export function migrationEnv(
  file: string | undefined,
  servers: readonly NamedServer[],
): NodeJS.ProcessEnv {
  const databases = servers.filter(({ kind }) => kind === 'postgres')
  const users = databases.flatMap(({ name, addresses }) =>
    Object.entries(addresses).map(([variable, url]) => [`${variable}_${name.toUpperCase()}`, url]),
  )
  // No role has this name: the addresses are the administrator's.
  return { ...layoutEnv(file, databases, 'migration'), ...Object.fromEntries(users) }
}
