import type { Request, Response } from 'express'

/** Names of the cookies; see `SECURE_COOKIES`. */
export interface CookieNames {
  session: string
  access: string
  /** Of a browser that is at an identity provider. */
  signIn: string
  secure: boolean
}

/** `__Host-`: browsers take it over https only, from this host only, and for all paths. A page on another port cannot plant one. */
export function cookieNames(secure: boolean): CookieNames {
  const prefix = secure ? '__Host-' : ''
  return {
    session: `${prefix}causeway-session`,
    access: `${prefix}causeway-access`,
    signIn: `${prefix}causeway-signin`,
    secure,
  }
}

/** Undefined if the request does not have it, or has it twice: another host of the domain may have planted the second. */
export function readCookie(request: Pick<Request, 'headers'>, name: string): string | undefined {
  const found = (request.headers.cookie ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
  return found.length === 1 ? found[0]?.slice(name.length + 1) : undefined
}

/** Lax: a link from another site leads to a page that is signed in; a form of another site does not send it. */
export function setCookie(
  response: Pick<Response, 'append'>,
  name: string,
  value: string,
  { secure, seconds }: { secure: boolean; seconds: number },
): void {
  const flags = `Path=/; Max-Age=${Math.max(0, Math.floor(seconds))}; HttpOnly; SameSite=Lax`
  response.append('Set-Cookie', `${name}=${value}; ${flags}${secure ? '; Secure' : ''}`)
}
