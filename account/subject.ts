import { ACTIONS, parseGrant } from '../contract/grants.ts'
import { PRINCIPAL, PRINCIPAL_KINDS } from '../contract/principal.ts'
import type { SubjectGrant } from './grantTable.ts'
import { GROUP } from './principals.ts'

/** Whom a grant may name: a principal, all of a kind, or a group. */
export const SUBJECT = new RegExp(
  `^(?:group:${bare(GROUP)}|(?:${PRINCIPAL_KINDS.join('|')}):\\*|${bare(PRINCIPAL)})$`,
)

function bare({ source }: RegExp): string {
  return source.slice(1, -1)
}

export function isSubject(text: string): boolean {
  return SUBJECT.test(text)
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
