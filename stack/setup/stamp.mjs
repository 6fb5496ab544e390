import { createHash } from 'node:crypto'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'

/** Runs `make`, unless the file `stamp` says that it has already run to its end with the same `inputs`, a text. */
export function unlessMade(stamp, inputs, make) {
  const hash = createHash('sha256').update(inputs).digest('hex')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return
  rmSync(stamp, { force: true })
  make()
  writeFileSync(stamp, hash)
}
