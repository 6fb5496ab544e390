import { CLOCK_SKEW, type Provider } from './provider.ts'

/** Whose sessions a provider ends: of one of its own sessions, or all of a person. */
export interface Logout {
  /** The token's id, unique for its issuer. */
  tokenId: string
  issuer: string
  subject: string | undefined
  /** The provider's session. */
  sid: string | undefined
  /** Seconds since 1970; later the token is refused anyway, on any clock. */
  until: number
}

const EVENT = 'http://schemas.openid.net/event/backchannel-logout'
/** The specification advises two minutes. Some providers write no `exp`, so this bounds the time to remember a token. */
const MAX_AGE_SECONDS = 300

/**
 * Verifies a logout token by the rules of OpenID Connect Back-Channel Logout 1.0, section 2.6, without the rule on replay.
 * @throws jose's errors, {NotALogoutToken}
 */
export async function readLogoutToken(provider: Provider, token: string): Promise<Logout> {
  const { protectedHeader, payload } = await provider.verify(token, {
    requiredClaims: ['iat', 'jti', 'events'],
    maxTokenAge: MAX_AGE_SECONDS,
  })
  // Older providers write no type, or the one of every token. What follows tells it from an ID token.
  const isTyped = [undefined, 'JWT', 'logout+jwt'].includes(protectedHeader.typ)
  const { iss, sub, sid, jti, iat, events } = payload
  const isEvent = isObject(events) && isObject(events[EVENT])
  const isNamed = typeof (sub ?? sid) === 'string' && [sub, sid].every(isTextOrAbsent)
  if (!isTyped || !isEvent || !isNamed || payload.nonce !== undefined) throw new NotALogoutToken()
  if (iss === undefined || jti === undefined || iat === undefined) throw new NotALogoutToken()
  return {
    tokenId: jti,
    issuer: iss,
    subject: sub,
    sid: typeof sid === 'string' ? sid : undefined,
    until: iat + MAX_AGE_SECONDS + 2 * CLOCK_SKEW,
  }
}

/** The token is the provider's, but not for a logout. */
export class NotALogoutToken extends Error {
  constructor() {
    super('the token is not a logout token')
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isTextOrAbsent(value: unknown): boolean {
  return value === undefined || (typeof value === 'string' && value !== '')
}
