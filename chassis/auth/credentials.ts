import type { Identity } from './identity.ts'

/** The headers that may hold a token. */
export interface CredentialHeaders {
  authorization?: string | string[] | undefined
  cookie?: string | string[] | undefined
}

export interface Credentials {
  token: string
  by: Identity['by']
}

/** The names of the cookies. Browsers take one with `__Host-` only over TLS, and from no other host. */
export function cookieNames(isSecure: boolean): { access: string; session: string } {
  const prefix = isSecure ? '__Host-' : ''
  return { access: `${prefix}causeway-access`, session: `${prefix}causeway-session` }
}

/**
 * The token of a request: that of `Authorization: Bearer`, or else that of the cookie. Another scheme is somebody else's, such as that
 * of a proxy in front.
 */
export function readCredentials(
  headers: CredentialHeaders,
  cookieName: string,
): Credentials | undefined {
  const token = readBearer(headers.authorization)
  if (token !== undefined) return { token, by: 'header' }
  const cookie = readCookie(textOf(headers.cookie), cookieName)
  return cookie === undefined ? undefined : { token: cookie, by: 'cookie' }
}

/** What follows `Bearer` in an Authorization header, perhaps nothing; undefined if the header is missing, or of another scheme. */
export function readBearer(authorization: string | string[] | undefined): string | undefined {
  const [bearer, token = ''] = /^Bearer(?: +([^ ]*))? *$/i.exec(textOf(authorization)) ?? []
  return bearer === undefined ? undefined : token
}

/** The first value of a cookie. */
export function readCookie(header: string, name: string): string | undefined {
  for (const pair of header.split(';')) {
    const at = pair.indexOf('=')
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim()
  }
  return undefined
}

function textOf(header: string | string[] | undefined): string {
  return header?.toString() ?? ''
}
