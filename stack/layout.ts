import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { LayoutFile } from '../chassis/layoutFile.ts'
import { StartRefused } from './errors.ts'
import type { Addresses } from './secret.ts'
import { writeAtomically } from './writeAtomically.ts'

/** One more Postgres, by the name that a layout gives it. */
export interface NamedDatabase {
  name: string
  databaseUrl: string
  addresses: Addresses
}

interface LayoutOptions {
  /** How many; default 1. */
  logs?: number | undefined
  /** How many servers of Postgres; default 1. */
  postgres?: number | undefined
}

/** The names of the servers of Postgres after the first, which has none. */
export function databaseNames({ postgres = 1 }: LayoutOptions): string[] {
  return Array.from({ length: postgres - 1 }, (_, at) => `p${at + 2}`)
}

/**
 * Writes the layout of a stack into its folder: its logs, in turn on its servers of Postgres. Returns the file; undefined for one log,
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

function layoutOf(logs: number, options: LayoutOptions): LayoutFile {
  const servers = [undefined, ...databaseNames(options)]
  return {
    logs: Array.from({ length: logs }, (_, id) => {
      const postgres = servers[id % servers.length]
      return postgres === undefined ? { id } : { id, postgres }
    }),
    rules: [],
  }
}

/** What a layout adds to the environment of a service, whose own users the addresses have. */
export function layoutEnv(
  file: string | undefined,
  databases: readonly NamedDatabase[],
  role: string,
): NodeJS.ProcessEnv {
  if (file === undefined) return {}
  const addresses = databases.map(({ name, databaseUrl, addresses: own }) => [
    `DATABASE_URL_${name.toUpperCase()}`,
    own[`${role.toUpperCase()}_DATABASE_URL`] ?? databaseUrl,
  ])
  return { LAYOUT_FILE: file, ...Object.fromEntries(addresses) }
}

/** And to that of the migration, which makes these users. */
export function migrationEnv(
  file: string | undefined,
  databases: readonly NamedDatabase[],
): NodeJS.ProcessEnv {
  const users = databases.flatMap(({ name, addresses }) =>
    Object.entries(addresses).map(([variable, url]) => [`${variable}_${name.toUpperCase()}`, url]),
  )
  // No role has this name: the addresses are the administrator's.
  return { ...layoutEnv(file, databases, 'migration'), ...Object.fromEntries(users) }
}
