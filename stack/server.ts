import type { ChildSpec, Role } from './child.ts'
import type { Addresses } from './secret.ts'
import type { Authority } from './tls.ts'

/** A server of the stack: how it is run, and where it is then found. */
export interface ServerSpec extends ChildSpec {
  /** For its administrator. */
  url: string
  /** For the services' own users. */
  addresses: Addresses
}

export interface ServerOptions {
  /** The server's own folder, kept between runs. */
  dir: string
  port: number
  /** Tells several of one stack apart. Default: its role. */
  name?: string | undefined
  /** Of Postgres: a log may be moved away from it. Default: false. */
  movable?: boolean | undefined
  /** Of the names that the users of services may touch there. Default: `causeway`. */
  prefix?: string | undefined
  /** Makes its certificate; without, it does not use TLS. */
  tls?: Authority | undefined
}

/** The spec of a server, with what most servers have in common. */
export function serverSpec(
  role: Role,
  own: Pick<ServerSpec, 'url' | 'command' | 'probe'> & Partial<ServerSpec>,
): ServerSpec {
  return {
    role,
    name: role,
    addresses: {},
    env: serverEnv(),
    cwd: '/',
    readyWithin: 15_000,
    stopSignal: 'SIGTERM',
    stopWithin: 5_000,
    ...own,
  }
}

/** The part of our environment that a server gets: PATH, to which the setup has added the folders of servers. */
export function serverEnv(): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, LC_ALL: 'C' }
}
