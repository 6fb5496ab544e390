/**
 * Who acts: a person, a service, a device or a guest. Its text, `user:alice`, is the `sub` of a token, the sender's id of each
 * message, and the owner of idempotency keys and limits.
 */
export type PrincipalKind = 'user' | 'service' | 'device' | 'guest'

export const PRINCIPAL_KINDS: readonly PrincipalKind[] = ['user', 'service', 'device', 'guest']

/** Characters after the kind. */
const MAX_PRINCIPAL_ID = 64

export const PRINCIPAL = new RegExp(
  `^(${PRINCIPAL_KINDS.join('|')}):([A-Za-z0-9_.@-]{1,${MAX_PRINCIPAL_ID}})$`,
)

export interface Principal {
  kind: PrincipalKind
  id: string
}

/** Undefined if the text is not a principal. */
export function parsePrincipal(text: string): Principal | undefined {
  const [, kind, id] = PRINCIPAL.exec(text) ?? []
  const known = PRINCIPAL_KINDS.find((each) => each === kind)
  return known === undefined || id === undefined ? undefined : { kind: known, id }
}

/**
 * The segment that `{sub}` stands for in a pattern: `user-alice`. It has the kind in it, so that a device cannot have a person's
 * channels. Undefined if the id has characters that no segment may have: such a principal has no channels of its own.
 */
export function ownSegment(principal: string): string | undefined {
  const parsed = parsePrincipal(principal)
  if (parsed === undefined || !/^[A-Za-z0-9_-]+$/.test(parsed.id)) return undefined
  return `${parsed.kind}-${parsed.id}`
}

/** Whose own segment it is; undefined if it is nobody's. */
export function ownerOf(segment: string): string | undefined {
  const dash = segment.indexOf('-')
  const principal = `${segment.slice(0, dash)}:${segment.slice(dash + 1)}`
  return dash > 0 && ownSegment(principal) === segment ? principal : undefined
}
