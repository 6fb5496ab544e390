import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The key by which copies prove themselves: made at random at the first start, and kept, because Redis keeps what it signed. */
export function copyKey(dir: string): string {
  const file = join(dir, 'copy-key')
  if (!existsSync(file)) writeFileSync(file, randomBytes(32).toString('base64url'), { mode: 0o600 })
  return readFileSync(file, 'utf8')
}
