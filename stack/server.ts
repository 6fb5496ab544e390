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

/** The spec of a server, with what most servers have in common. */
export function serverSpec(
  role: Role,
  own: Pick<ServerSpec, 'url' | 'command' | 'probe'> & Partial<ServerSpec>,
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

/** The part of our environment that a server gets: PATH, to which the setup has added the folders of servers. */
export function serverEnv(): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, LC_ALL: 'C' }
}
