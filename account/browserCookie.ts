import type { Request, Response } from 'express'
import { type CookieNames, readCookie, setCookie } from './cookies.ts'
import { newSecret } from './secrets.ts'
import { PENDING_SECONDS } from './oidc/signInState.ts'

/**
 * The cookie that ties sign-ins to the browser that began them: a random text for a few minutes. All tabs share it, so that a
 * page which opens many sign-ins cannot fill the browser's cookies.
 */
export class BrowserCookie {
  readonly #names: Pick<CookieNames, 'signIn' | 'secure'>

  constructor(names: Pick<CookieNames, 'signIn' | 'secure'>) {
    this.#names = names
  }

  read(request: Pick<Request, 'headers'>): string | undefined {
    const value = readCookie(request, this.#names.signIn)
    return value !== undefined && /^[\w-]{43}$/.test(value) ? value : undefined
  }

  /** Keeps the browser's text, or gives it one, and returns it. */
  keep(request: Request, response: Response): string {
    const { signIn, secure } = this.#names
    const browser = this.read(request) ?? newSecret()
    setCookie(response, signIn, browser, { secure, seconds: PENDING_SECONDS })
    return browser
  }
}
