import { createHmac, randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ownFolder } from './account.ts'
import type { Authority, Certificate } from './tls.ts'
import { writeAtomically } from './writeAtomically.ts'

/** A secret in a file that only its owner can read: made at random at the first start, and kept. */
export function secret(file: string): string {
  // Half a secret would stop every later start.
  if (!existsSync(file)) writeAtomically(file, randomBytes(32).toString('base64url'))
  return readFileSync(file, 'utf8')
}

/** Addresses of a server by the names of their variables, as in the chart's Secret: `BRIDGE_REDIS_URL` and so on. */
export type Addresses = Record<string, string>

/**
 * A server's addresses for its users, from the administrator's and from each variable's user. The passwords follow from the
 * administrator's, so there is one secret to keep for each server; no user can tell another's from its own.
 */
export function addressesFor(adminUrl: string, users: Record<string, string>): Addresses {
  const entries = Object.entries(users).map(([variable, user]) => {
    const url = new URL(adminUrl)
    url.username = user
    url.password = createHmac('sha256', url.password).update(user).digest('base64url')
    return [variable, url.href]
  })
  return Object.fromEntries(entries)
}

export interface Secured {
  /** The administrator's. */
  url: string
  password: string
  addresses: Addresses
  /** Undefined if the server does not use TLS. */
  certificate: Certificate | undefined
}

/**
 * What a server needs that only users with a password may reach: in its own folder `dir`, which is made, the administrator's password
 * and a certificate. `scheme` is that of its addresses without TLS; with an `s` it is the one with TLS.
 */
export function secured(
  { dir, port, tls }: { dir: string; port: number; tls?: Authority | undefined },
  scheme: string,
  users: Record<string, string>,
): Secured {
  ownFolder(dir)
  const password = secret(join(dir, 'password'))
  const url = `${scheme}${tls === undefined ? '' : 's'}://admin:${password}@127.0.0.1:${port}`
  return { url, password, addresses: addressesFor(url, users), certificate: tls?.issue(dir) }
}

export function passwordIn(url = ''): string {
  return decodeURIComponent(new URL(url).password)
}
