import { randomBytes } from 'node:crypto'
import type { Request, Response } from 'express'
import { PENDING_SECONDS } from './signInState.ts'

/**
 * The cookie that ties sign-ins to the browser that began them: a random text for a few minutes. All tabs share it, so that a
 * page which opens many sign-ins cannot fill the browser's cookies.
 */
export class BrowserCookie {
  readonly #name: string
  readonly #secure: boolean

  constructor(secure: boolean) {
    this.#name = secure ? '__Host-causeway-signin' : 'causeway-signin'
    this.#secure = secure
  }

  read({ headers }: Pick<Request, 'headers'>): string | undefined {
    const start = `${this.#name}=`
    const pair = headers.cookie?.split(/; */).find((each) => each.startsWith(start))
    const value = pair?.slice(start.length)
    return value !== undefined && /^[\w-]{43}$/.test(value) ? value : undefined
  }

  /** Keeps the browser's text, or gives it one, and returns it. */
  keep(request: Request, response: Response): string {
    const browser = this.read(request) ?? randomBytes(32).toString('base64url')
    response.cookie(this.#name, browser, {
      httpOnly: true,
      secure: this.#secure,
      // The browser comes back from the provider by a link of another site: `strict` would leave the cookie out.
      sameSite: 'lax',
      path: '/',
      maxAge: PENDING_SECONDS * 1_000,
    })
    return browser
  }
}
