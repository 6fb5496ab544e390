import { credentialsOf, type Host, parseAddress } from './address.ts'

interface Credentials {
  username?: string
  password?: string
}

/** Several servers that hold the same data between them, of which one takes a key's writes now. */
export interface RedisServers {
  kind: 'sentinel' | 'cluster'
  /** Sentinels, or nodes of the cluster: those that are asked where to go. */
  hosts: readonly Host[]
  isTls: boolean
  /** For the servers that hold the data. */
  credentials: Credentials
  /** By which the Sentinels know the servers; empty for a cluster. */
  master: string
  /** For the Sentinels themselves. */
  sentinel: Credentials
}

/** `redis://` and `rediss://` name one server, and the client itself reads them. */
export type RedisAddress = { kind: 'single' } | RedisServers

/**
 * The forms of a Redis address; undefined if the text has none of them. With `rediss` in place of `redis` each uses TLS.
 *
 *     redis://user:password@host:6379
 *     redis+sentinel://user:password@h1:26379,h2:26379/master?sentinel_username=…&sentinel_password=…
 *     redis+cluster://user:password@h1:6379,h2:6379
 */
export function parseRedisAddress(text: string): RedisAddress | undefined {
  if (/^rediss?:\/\//.test(text)) return URL.canParse(text) ? { kind: 'single' } : undefined
  const [, scheme = '', kind = ''] = /^(rediss?)\+(sentinel|cluster):\/\//.exec(text) ?? []
  const address = parseAddress(text, kind === 'sentinel' ? 26_379 : 6_379)
  if (address === undefined || (kind !== 'sentinel' && kind !== 'cluster')) return undefined
  const { url, hosts } = address
  const master = decodeURIComponent(url.pathname.slice(1))
  if (/\//.test(master) || (master !== '') !== (kind === 'sentinel')) return undefined
  const { searchParams } = url
  return {
    kind,
    hosts,
    isTls: scheme === 'rediss',
    master,
    credentials: named(credentialsOf(url)),
    sentinel: named({
      username: searchParams.get('sentinel_username') ?? '',
      password: searchParams.get('sentinel_password') ?? '',
    }),
  }
}

/** Without what is empty: an empty name or password would be sent. */
function named({ username, password }: Required<Credentials>): Credentials {
  return {
    ...(username === '' ? {} : { username }),
    ...(password === '' ? {} : { password }),
  }
}
