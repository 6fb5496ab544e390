import { ACTIONS, parseGrant } from '../contract/grants.ts'
import { parsePrincipal, PRINCIPAL_KINDS } from '../contract/principal.ts'
import type { SubjectGrant } from './grantTable.ts'
import { GROUP } from './principals.ts'

/** Whether a grant may name it: a principal, all of a kind, or a group. */
export function isSubject(text: string): boolean {
  if (text.startsWith('group:')) return GROUP.test(text.slice('group:'.length))
  return PRINCIPAL_KINDS.some((kind) => text === `${kind}:*`) || parsePrincipal(text) !== undefined
}

/** Reads `user:* read,write **`; undefined if it is not of this form. */
export function parseSubjectGrant(text: string): SubjectGrant | undefined {
  const [subject = '', ...rest] = text.trim().split(/\s+/)
  const grant = parseGrant(rest.join(' '))
  return grant !== undefined && isSubject(subject) ? { subject, ...grant } : undefined
}

/** Every right on all channels. */
export function everything(subject: string): SubjectGrant {
  return { subject, pattern: '**', actions: ACTIONS }
}
