import type { JWTPayload } from 'jose'
import { z } from 'zod'
import { type Grant, parseGrant } from '../../contract/grants.ts'
import { parsePrincipal } from '../../contract/principal.ts'
import { cleanSenderName } from '../../contract/sender.ts'
import type { Identity } from './identity.ts'
import type { Issuer } from './issuers.ts'

const Claims = z.object({
  sub: z.string(),
  jti: z.string().min(1).max(255),
  iat: z.number(),
  exp: z.number(),
  sid: z.string().min(1).max(255).optional(),
  name: z.string().optional(),
  groups: z.array(z.string().min(1).max(255)).default([]),
  grants: z.array(z.string()).default([]),
})

/** The identity that verified claims stand for; undefined if the issuer may not claim this, or if a claim is not well formed. */
export function identityOf(
  payload: JWTPayload,
  issuer: Issuer,
  by: Identity['by'],
): Identity | undefined {
  const parsed = Claims.safeParse(payload)
  if (!parsed.success) return undefined
  const { sub, jti, iat, exp, sid, name = '', groups } = parsed.data
  const principal = `${issuer.prefix ?? ''}${sub}`
  const known = parsePrincipal(principal)
  if (known === undefined || !issuer.kinds.includes(known.kind)) return undefined
  const grants = parseGrants(parsed.data.grants)
  if (grants === undefined) return undefined
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

/** All of them or none: a token that is understood by half would be a surprise to whoever made it. */
function parseGrants(texts: readonly string[]): Grant[] | undefined {
  const grants = texts.flatMap((text) => parseGrant(text) ?? [])
  return grants.length === texts.length ? grants : undefined
}
