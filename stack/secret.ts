import { createHmac, randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
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

export function passwordIn(url = ''): string {
  return decodeURIComponent(new URL(url).password)
}
