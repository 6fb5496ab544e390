import { AccessTable } from '../../chassis/auth/accessTable.ts'
import type { AccessRow } from '../../contract/access.ts'
import type { Action } from '../../contract/grants.ts'

/** A copy of a table with these rows. */
export const rightsOf = (...rows: AccessRow[]): AccessTable => {
  const table = new AccessTable()
  for (const row of rows) table.apply(row)
  return table
}

export const grant = (subject: string, pattern: string, ...actions: Action[]): AccessRow => ({
  kind: 'grant',
  subject,
  pattern,
  actions,
})

/** `notBefore` in milliseconds since 1970; Infinity: a ban. It stands until it is replaced. */
export const revocation = (subject: string, notBefore: number): AccessRow => ({
  kind: 'revocation',
  subject,
  notBefore,
  until: Infinity,
})
