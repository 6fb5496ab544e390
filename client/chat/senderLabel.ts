import type { Sender } from '../../contract/message.ts'
import { parsePrincipal } from '../../contract/principal.ts'
import { cleanSenderName } from '../../contract/sender.ts'

/** The name to show. Messages may be older than the rules for names, or come from others' programs. */
export function nameOf({ id, name }: Sender): string {
  return cleanSenderName(name) || id
}

/**
 * What stands beside a sender's name, because anyone may choose a name: the id of a user, for others what they are. Nothing if the
 * sender was never proven, or the name says the same.
 */
export function badgeOf({ id, name }: Sender): string {
  const principal = parsePrincipal(id)
  if (principal === undefined) return ''
  if (principal.kind !== 'user') return principal.kind
  return principal.id.toLowerCase() === name.toLowerCase() ? '' : principal.id
}
