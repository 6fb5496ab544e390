export interface Host {
  /** A name or an IP address; an IPv6 one without brackets. */
  host: string
  port: number
}

/** An address that may name several hosts: `scheme://user:password@h1:1,h2:2/path?query`. */
export interface Address {
  /** The whole address with its first host only. */
  url: URL
  hosts: readonly Host[]
}

/** Undefined if it is no such address. A host without a port gets the default one. */
export function parseAddress(text: string, defaultPort: number): Address | undefined {
  // A password may have an @, but a host never.
  const [, start = '', list = '', rest = ''] =
    /^([a-z+]+:\/\/(?:[^/?#]*@)?)([^@/?#]*)(.*)$/.exec(text) ?? []
  const hosts = list.split(',').map((each) => parseHost(each, defaultPort))
  const [first] = list.split(',')
  const one = `${start}${first}${rest}`
  if (!hosts.every((each) => each !== undefined) || !URL.canParse(one)) return undefined
  return { url: new URL(one), hosts }
}

/** The same address with other hosts. */
export function formatAddress({ url, hosts }: Address): string {
  const list = hosts.map(({ host, port }) => `${host.includes(':') ? `[${host}]` : host}:${port}`)
  return url.href.replace(/^([a-z+]+:\/\/(?:[^/?#]*@)?)[^/?#]*/, `$1${list.join(',')}`)
}

/** Of an address with a user. */
export function credentialsOf({ username, password }: URL): { username: string; password: string } {
  return { username: decodeURIComponent(username), password: decodeURIComponent(password) }
}

/** In random order, so that not all processes ask the same one first. */
export function shuffled(hosts: readonly Host[]): Host[] {
  return hosts
    .map((host) => ({ host, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ host }) => host)
}

function parseHost(text: string, defaultPort: number): Host | undefined {
  if (text === '' || !URL.canParse(`host://${text}`)) return undefined
  const { hostname, port, username } = new URL(`host://${text}`)
  if (hostname === '' || username !== '') return undefined
  return {
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? defaultPort : Number(port),
  }
}
