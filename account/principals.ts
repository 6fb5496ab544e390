import { createHash } from 'node:crypto'

/** A plain subject is shorter, so that none looks like a hash. */
const HASH_LENGTH = 30

/**
 * The principal of a person whom an identity provider vouches for: `user:corp--alice` if the subject is short and plain, else with
 * a hash of it. Nobody else can have it: names of local accounts have no `--`. Never from a name or an address, because people
 * choose those.
 */
export function providedPrincipal(provider: string, subject: string): string {
  const isPlain = subject.length < HASH_LENGTH && /^[A-Za-z0-9_]+(-[A-Za-z0-9_]+)*$/.test(subject)
  const id = isPlain
    ? subject
    : createHash('sha256').update(subject).digest('hex').slice(0, HASH_LENGTH)
  return `user:${provider}--${id}`
}

/**
 * The principal of a local account with this name; undefined if it cannot be one. Capitals do not count. Only what a segment of a
 * channel may have, so that everyone has channels of their own (`{sub}`).
 */
export function localPrincipal(name: string): string | undefined {
  const isName = name.length <= MAX_LOCAL_NAME && LOCAL_NAME.test(name)
  return isName ? `user:${name.toLowerCase()}` : undefined
}

export const MAX_LOCAL_NAME = 32
export const LOCAL_NAME = /^[A-Za-z0-9_]+(-[A-Za-z0-9_]+)*$/
export const NAME_RULE = 'must be 1 to 32 letters of A-Z a-z 0-9 _, with single hyphens inside'

/** The name of a group, as in `group:staff`. */
export const GROUP = /^[A-Za-z0-9_.@-]{1,64}$/
export const GROUP_RULE = 'must be 1 to 64 characters of A-Z a-z 0-9 _ . @ -'
/** They travel in every access token, and that must fit into a cookie. */
export const MAX_GROUPS = 32
