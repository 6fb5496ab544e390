import type { Access } from '../chassis/auth/access.ts'
import type { Identity } from '../chassis/auth/identity.ts'
import type { Subject } from '../chassis/limits/limit.ts'
import { parsePrincipal } from '../contract/principal.ts'
import { Problem } from '../contract/problem.ts'
import type { Author } from './author.ts'

/** Whose limits count. The broker does not tell an address: with its name for one, a device shares no address's limit. */
export function deviceSubject(principal: string): Subject {
  return { principal, address: principal }
}

/**
 * The author of a packet, whose topic names its principal: the broker lets nobody else write there. It alone knows the groups
 * of its users, so a grant for any group counts here, and the broker has judged which. `access` is undefined with AUTH=open.
 * Throws `forbidden` for a principal that is banned, and `unavailable` while nobody knows who is.
 */
export function deviceAuthor(
  principal: string,
  access: Pick<Access, 'refusal' | 'isBlind' | 'table'> | undefined,
): Author {
  const name = parsePrincipal(principal)?.id ?? principal
  const author = { sender: { id: principal, name }, principal, subject: deviceSubject(principal) }
  if (access === undefined) return author
  if (access.isBlind) throw new Problem('unavailable', 'No grants were read lately.')
  const identity: Identity = {
    principal,
    name,
    groups: access.table.groups,
    grants: [],
    tokenId: '',
    // Now, so that a ban counts, and not a revocation, which only ends connections.
    issuedAt: Date.now(),
    expiresAt: Infinity,
    by: 'header',
  }
  if (access.refusal(identity) !== undefined) {
    throw new Problem('forbidden', `${principal} is banned.`)
  }
  return { ...author, identity }
}
