import type { Request, Response } from 'express'
import * as credentials from '../chassis/auth/credentials.ts'

/** Names of the cookies; see `SECURE_COOKIES`. */
export interface CookieNames {
  session: string
  access: string
  /** Of a browser that signs in by a provider or a passkey. */
  signIn: string
  secure: boolean
}

/** `__Host-`: browsers take it over https only, from this host only, and for all paths. A page on another port cannot plant one. */
export function cookieNames(secure: boolean): CookieNames {
  const signIn = `${secure ? '__Host-' : ''}causeway-signin`
  return { ...credentials.cookieNames(secure), signIn, secure }
}

/** Undefined if the request does not have it. */
export function readCookie(request: Pick<Request, 'headers'>, name: string): string | undefined {
  return credentials.readCookie(request.headers.cookie ?? '', name)
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
