import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The key by which copies prove themselves: made at random at the first start, and kept, because Redis keeps what it signed. */
export function copyKey(dir: string): string {
  const file = join(dir, 'copy-key')
  if (!existsSync(file)) {
    // Under its name only once it is whole: half a key would stop every start from then on.
    writeFileSync(`${file}.new`, randomBytes(32).toString('base64url'), { mode: 0o600 })
    renameSync(`${file}.new`, file)
  }
  return readFileSync(file, 'utf8')
}
