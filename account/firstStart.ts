import type { Logger } from '../chassis/logger.ts'
import type { Queries } from './database.ts'
import type { GrantTable, SubjectGrant } from './grantTable.ts'
import { HAS_ADMIN, type Invitations } from './invitations.ts'
import { everything } from './subject.ts'

export interface FirstStartOptions {
  database: Queries
  grants: GrantTable
  invitations: Invitations
  defaultGrants: readonly SubjectGrant[]
  /** The principal to make admin if nobody is. */
  firstAdmin: string | undefined
  logger: Pick<Logger, 'warn' | 'info'>
}

/**
 * Puts the default grants into a database that has none, and makes it possible for somebody to become admin. Several processes may
 * do it at once: they put the same grants, and their links are good only as long as nobody is admin.
 */
export async function firstStart(options: FirstStartOptions): Promise<void> {
  const { database, grants, invitations, defaultGrants, firstAdmin, logger } = options
  if (await grants.isEmpty()) for (const grant of defaultGrants) await grants.put(grant)
  if (await hasAdmin(database)) return
  if (firstAdmin !== undefined) await grants.put(everything(firstAdmin))
  if (firstAdmin === undefined || (await needsAccount(database, firstAdmin))) {
    const url = await adminLink(invitations, firstAdmin)
    // It is a secret, in the log on purpose: whoever reads the log of a new installation may set it up.
    logger.warn({ url }, 'nobody is admin yet: open this link to become it; it is good once')
  } else logger.info({ principal: firstAdmin }, 'is admin now')
}

/** Whether somebody may give every right. */
export async function hasAdmin(database: Queries): Promise<boolean> {
  const [row] = await database.query<{ has: boolean }>(`select ${HAS_ADMIN} as "has"`)
  return row?.has === true
}

/** A link by which the first admin makes an account: with any name, or only with this one. */
function adminLink(invitations: Invitations, principal?: string): Promise<string> {
  return principal === undefined
    ? invitations.create({ groups: [], admin: true, first: true })
    : invitations.create({ principal, groups: [], admin: true })
}

/** People of a provider need no local account. */
async function needsAccount(database: Queries, principal: string): Promise<boolean> {
  if (principal.includes('--')) return false
  const rows = await database.query(`select 1 from "local_account" where "principal" = $1`, [
    principal,
  ])
  return rows.length === 0
}
