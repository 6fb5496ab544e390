import { delimiter } from 'node:path'
import type { ChildSpec, Role } from './child.ts'

/** A server of the stack: how it is run, and where it is then found. */
export interface ServerSpec extends ChildSpec {
  url: string
}

export interface ServerOptions {
  /** The server's own folder, kept between runs. */
  dir: string
  port: number
}

type Own = 'url' | 'command' | 'probe'

/** The spec of a server, with what most servers have in common. */
export function serverSpec(
  role: Role,
  own: Pick<ServerSpec, Own> & Partial<Omit<ServerSpec, Own>>,
): ServerSpec {
  return {
    role,
    name: role,
    env: serverEnv(),
    cwd: '/',
    readyWithin: 15_000,
    stopSignal: 'SIGTERM',
    stopWithin: 5_000,
    ...own,
  }
}

/** The part of our environment that a server gets: PATH. Debian keeps servers in sbin, which is not on every PATH. */
export function serverEnv(): NodeJS.ProcessEnv {
  const more = ['/usr/local/sbin', '/usr/sbin', '/opt/homebrew/bin', '/opt/homebrew/sbin']
  return { PATH: [process.env.PATH, ...more].join(delimiter), LC_ALL: 'C' }
}
