import { copyFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Under `npm test -- --secure`, the folder of the authority that signs all certificates of the run; undefined: nothing uses TLS. The
 * run consists of the tests that import this file, directly or not. Node and curl trust the authority by their environment.
 */
export const AUTHORITY = process.env['CAUSEWAY_TEST_AUTHORITY']

/** The protocol of every edge. */
export const PROTOCOL = AUTHORITY === undefined ? 'http' : 'https'

/** Gives the authority, if there is one, to a stack that will run in the folder: it keeps the one that it finds. */
export async function giveAuthority(stackDir: string): Promise<void> {
  if (AUTHORITY === undefined) return
  const to = join(stackDir, 'tls')
  await mkdir(to, { mode: 0o700 })
  for (const file of ['ca.key', 'ca.crt']) await copyFile(join(AUTHORITY, file), join(to, file))
}

/** Arguments by which a program trusts the authority, if it is to reach a server by TLS. */
export function trusting(...args: string[]): string[] {
  return AUTHORITY === undefined ? [] : [...args, join(AUTHORITY, 'ca.crt')]
}
