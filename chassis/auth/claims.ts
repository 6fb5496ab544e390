import type { JWTPayload } from 'jose'
import { parseGrant } from '../../contract/grants.ts'
import { parsePrincipal } from '../../contract/principal.ts'
import { cleanSenderName } from '../../contract/sender.ts'
import type { Identity } from './identity.ts'
import type { Issuer } from './issuers.ts'

/** Of `jti`, `sid` and a group. */
const MAX_WORD = 255

/**
 * The identity that verified claims stand for; undefined if the issuer may not claim this, or if a claim is not well formed. By hand,
 * because in a storm this runs for each stream, and a schema takes five times as long.
 */
export function identityOf(
  payload: JWTPayload,
  issuer: Issuer,
  by: Identity['by'],
): Identity | undefined {
  const { sub, jti, iat, exp, sid, name = '', groups = [], grants: texts = [] } = payload
  const principal = `${issuer.prefix ?? ''}${sub}`
  const known = parsePrincipal(principal)
  if (known === undefined || !issuer.kinds.includes(known.kind)) return undefined
  if (!isWord(jti) || iat === undefined || exp === undefined) return undefined
  if (sid !== undefined && !isWord(sid)) return undefined
  if (typeof name !== 'string' || !isWords(groups) || !isWords(texts)) return undefined
  // All of them or none: a token that is understood by half would be a surprise to whoever made it.
  const grants = texts.map((text) => parseGrant(text)).filter((grant) => grant !== undefined)
  if (grants.length !== texts.length) return undefined
  return {
    principal,
    name: cleanSenderName(name) || known.id,
    groups,
    grants,
    ...(sid === undefined ? {} : { session: sid }),
    tokenId: jti,
    issuedAt: iat * 1_000,
    expiresAt: exp * 1_000,
    by,
  }
}

function isWord(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= MAX_WORD
}

function isWords(value: unknown): value is string[] {
  return Array.isArray(value) && value.every(isWord)
}
