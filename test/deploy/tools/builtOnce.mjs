import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { print } from '../../../stack/setup/print.mjs'
import { cacheFolder, hasGo } from './compileGo.mjs'

/**
 * The folder that `build` fills by Go, once for each content of the folder `source` and text `also`. If that is impossible, undefined,
 * and prints why: the tests that `tests` names are then skipped. `what`: what is built.
 */
export async function builtOnce({ name, what, tests, source, also }, build) {
  if (!hasGo()) {
    print(`Go is not installed: ${tests} are skipped`)
    return undefined
  }
  const hash = createHash('sha256').update(also)
  for (const file of readdirSync(source)) hash.update(readFileSync(join(source, file)))
  const folder = join(cacheFolder(name), hash.digest('hex').slice(0, 12))
  const stamp = join(folder, 'stamp')
  if (existsSync(stamp)) return folder
  // What a build that was broken off has left.
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  try {
    await build(folder)
  } catch (error) {
    print(`${what} cannot be built, so ${tests} are skipped: ${error.message}`)
    return undefined
  }
  writeFileSync(stamp, '')
  return folder
}
