interface Cookie {
  name: string
  value: string
  path: string
}

/** The cookies that a browser has of one host, whatever the port, by name and path. */
export class CookieJar {
  #cookies: Cookie[] = []

  get size(): number {
    return this.#cookies.length
  }

  get(name: string): string | undefined {
    return this.#cookies.find((each) => each.name === name)?.value
  }

  /** The header of a request for a path, or an empty text. */
  header(path = '/'): string {
    const sent = this.#cookies.filter((each) => path.startsWith(each.path))
    return sent.map(({ name, value }) => `${name}=${value}`).join('; ')
  }

  /** Takes what an answer sets. */
  keep(response: Response): void {
    for (const line of response.headers.getSetCookie()) this.#keep(line)
  }

  copy(): CookieJar {
    const other = new CookieJar()
    other.#cookies = [...this.#cookies]
    return other
  }

  #keep(line: string): void {
    const [pair = '', ...flags] = line.split(/; */)
    const path = flags.find((flag) => /^path=/i.test(flag))?.slice(5) ?? '/'
    const name = pair.slice(0, pair.indexOf('='))
    const value = pair.slice(name.length + 1)
    const isOver = value === '' || flags.some((flag) => /^max-age=0$/i.test(flag))
    this.#cookies = this.#cookies.filter((each) => each.name !== name || each.path !== path)
    if (!isOver) this.#cookies.push({ name, value, path })
  }
}
