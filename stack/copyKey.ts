import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeAtomically } from './writeAtomically.ts'

/** The key that signs copies: made at random at the first start, and kept, because Redis keeps what it has signed. */
export function copyKey(dir: string): string {
  const file = join(dir, 'copy-key')
  // Half a key would stop every later start.
  if (!existsSync(file)) writeAtomically(file, randomBytes(32).toString('base64url'))
  return readFileSync(file, 'utf8')
}
