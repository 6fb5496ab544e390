interface Cookie {
  name: string
  value: string
  path: string
}

/** A page, or a redirect. */
export interface Visit {
  url: string
  status: number
  /** Where it redirects to; undefined: it does not. */
  location: string | undefined
  text: string
}

/** A browser without a screen: it keeps cookies of one host by name and path, and goes where a redirect leads. */
export class HttpBrowser {
  readonly cookies: Cookie[] = []

  async visit(url: string, form?: Record<string, string>): Promise<Visit> {
    const { pathname } = new URL(url)
    const sent = this.cookies.filter(({ path }) => pathname.startsWith(path))
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { Cookie: sent.map(({ name, value }) => `${name}=${value}`).join('; ') },
      ...(form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form) }),
    })
    for (const line of response.headers.getSetCookie()) this.#keep(line)
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

  #keep(line: string): void {
    const [pair = '', ...flags] = line.split(/; */)
    const path = flags.find((flag) => /^path=/i.test(flag))?.slice(5) ?? '/'
    const name = pair.slice(0, pair.indexOf('='))
    const value = pair.slice(name.length + 1)
    const old = this.cookies.findIndex((each) => each.name === name && each.path === path)
    if (old >= 0) this.cookies.splice(old, 1)
    if (value !== '') this.cookies.push({ name, value, path })
  }
}

/** Signs in on the form of the development provider, or cancels. Returns the redirect to `callback`, which is not visited. */
export async function signInThere(
  browser: HttpBrowser,
  authorizationUrl: string,
  login: string | undefined,
  callback = /\/account\/callback\//,
): Promise<string> {
  const asked = await browser.follow(await browser.visit(authorizationUrl), callback)
  if (asked.location !== undefined) return asked.location
  const form = login === undefined ? { cancel: 'yes' } : { login, password: login }
  const { location, text } = await browser.follow(await browser.visit(asked.url, form), callback)
  if (location === undefined) throw new Error(`the provider did not send the browser back: ${text}`)
  return location
}
