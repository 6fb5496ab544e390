import { delimiter } from 'node:path'
import type { ChildSpec } from './child.ts'

/** A server of the stack: how it is run, and where it is then found. */
export interface ServerSpec extends ChildSpec {
  url: string
}

export interface ServerOptions {
  /** The server's own folder, kept between runs. */
  dir: string
  port: number
}

/** What a server gets of our environment: where programs are. Debian keeps servers in sbin, which not every PATH has. */
export function serverEnv(): NodeJS.ProcessEnv {
  const more = ['/usr/local/sbin', '/usr/sbin', '/opt/homebrew/bin', '/opt/homebrew/sbin']
  return { PATH: [process.env.PATH, ...more].join(delimiter), LC_ALL: 'C' }
}
