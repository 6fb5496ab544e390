import type { LayoutFile } from '../chassis/layoutFile.ts'
import { ROLE_OWNERS, type RoleOwner } from './roles.ts'

/** A database that is to be migrated. */
export interface Migration {
  /** The name of its variable, DATABASE_URL or that of a server in the layout. */
  variable: string
  databaseUrl: string
  /** With the services' roles. */
  addresses: Partial<Record<RoleOwner, string>>
  /** Of the layout that are in it. */
  logs: number[]
}

type Env = Record<string, string | undefined>

/**
 * The databases that a layout needs, by their variables: the plain one, which has accounts and grants, and those of the servers that
 * logs name. Without a layout only the plain one. Or the variables that are missing.
 */
export function migrationsOf(
  layout: LayoutFile | undefined,
  env: Env,
): { migrations: Migration[] } | { missing: string[] } {
  const logs = layout?.logs ?? []
  const servers = new Set<string | undefined>([undefined, ...logs.map(({ postgres }) => postgres)])
  const found = [...servers].map((server) => {
    const suffix = server === undefined ? '' : `_${server.toUpperCase()}`
    const variable = `DATABASE_URL${suffix}`
    const addresses = ROLE_OWNERS.map((owner) => [
      owner,
      env[`${owner.toUpperCase()}_${variable}`] || undefined,
    ])
    return {
      variable,
      databaseUrl: env[variable] ?? '',
      addresses: Object.fromEntries(addresses),
      logs: logs.filter(({ postgres }) => postgres === server).map(({ id }) => id),
    }
  })
  const missing = found.filter(({ databaseUrl }) => databaseUrl === '')
  if (missing.length > 0) return { missing: missing.map(({ variable }) => variable) }
  return { migrations: found }
}
