import { expectDescribed, operationOf } from './described.ts'
import { CookieJar } from './cookieJar.ts'

/** The answer to a call. */
export interface Answer {
  status: number
  headers: Headers
  body: Record<string, unknown>
}

/** A page, or a redirect. */
export interface Visit {
  url: string
  status: number
  /** Where it redirects to; undefined: it does not. */
  location: string | undefined
  text: string
}

/** A browser without a screen. It keeps cookies, makes the calls that a page of its origin makes, and visits pages anywhere. */
export class TestBrowser {
  readonly origin: string
  readonly cookies: CookieJar

  constructor(origin: string, cookies = new CookieJar()) {
    this.origin = origin
    this.cookies = cookies
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.send('GET', path, undefined, headers)
  }

  post(path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    return this.send('POST', path, body, headers)
  }

  /** A call with JSON, as the page's own script makes it. */
  async send(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const response = await this.#fetch(`${this.origin}${path}`, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...(method === 'GET' ? {} : { Origin: this.origin }),
        ...headers,
      },
      body: body === undefined ? null : JSON.stringify(body),
    })
    const text = await response.text()
    const { status, headers: answered } = response
    // So that the description of the API holds in whatever a test asks for.
    const operation = operationOf(method, new URL(path, this.origin).pathname)
    if (operation !== undefined) expectDescribed(operation, { status, headers: answered, text })
    return {
      status,
      headers: answered,
      body: text === '' ? {} : JSON.parse(text),
    }
  }

  /** Goes to a page, or sends its form. */
  async visit(url: string, form?: Record<string, string>): Promise<Visit> {
    const body = form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form) }
    const response = await this.#fetch(url, body)
    const target = response.headers.get('Location')
    const location = target === null ? undefined : new URL(target, url).href
    return { url, status: response.status, location, text: await response.text() }
  }

  /** Follows redirects to a page, or to one that leads to `stop`, which is not visited. */
  async follow(visit: Visit, stop = /$^/): Promise<Visit> {
    let at = visit
    while (at.location !== undefined && !stop.test(at.location)) at = await this.visit(at.location)
    return at
  }

  /** Another tab, which has the cookies of this moment. */
  copy(): TestBrowser {
    return new TestBrowser(this.origin, this.cookies.copy())
  }

  async #fetch(url: string, init: RequestInit): Promise<Response> {
    const cookie = this.cookies.header(new URL(url).pathname)
    const headers = { ...(cookie === '' ? {} : { cookie }), ...Object(init.headers) }
    const response = await fetch(url, { ...init, headers, redirect: 'manual' })
    this.cookies.keep(response)
    return response
  }
}
