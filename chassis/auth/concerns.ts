import { everyoneLike } from '../../contract/grants.ts'
import type { Identity } from './identity.ts'

/** Whether a change may have changed what an identity is allowed. */
export type Concerns = (identity: Identity) => boolean

/**
 * For a change of these subjects of the access table. It is asked for each open stream, so it makes no texts of its own as long as
 * no kind is concerned.
 */
export function concernsOf(subjects: Iterable<string>): Concerns {
  const principals = new Set<string>()
  const everyone = new Set<string>()
  const groups = new Set<string>()
  const sessions = new Set<string>()
  const tokens = new Set<string>()
  for (const subject of subjects) {
    const [, word, rest = ''] = /^(group|session|token):(.*)$/s.exec(subject) ?? []
    if (word === 'group') groups.add(rest)
    else if (word === 'session') sessions.add(rest)
    else if (word === 'token') tokens.add(rest)
    else if (subject.endsWith(':*')) everyone.add(subject)
    else principals.add(subject)
  }
  return (identity) =>
    principals.has(identity.principal) ||
    tokens.has(identity.tokenId) ||
    (identity.session !== undefined && sessions.has(identity.session)) ||
    (groups.size > 0 && identity.groups.some((group) => groups.has(group))) ||
    (everyone.size > 0 && everyone.has(everyoneLike(identity.principal)))
}
