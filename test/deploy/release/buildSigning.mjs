import { mkdirSync, readFileSync, writeFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { inRoot } from '../../../stack/setup/paths.mjs'
import { print } from '../../../stack/setup/print.mjs'
import { cacheFolder, compileGo, hasGo } from '../tools/compileGo.mjs'

const SOURCE = inRoot('test/deploy/release/signing')
const PROGRAMS = [
  'github.com/sigstore/cosign/v2/cmd/cosign',
  'github.com/google/go-containerregistry/cmd/registry',
]
/** Packages that are compiled in all, for the progress. */
const PACKAGES = 1_750

/** Builds cosign and a registry in memory from their Go modules, once, and names their folder to the tests. Without Go those are skipped. */
export async function buildSigning() {
  if (!hasGo()) {
    print('Go is not installed: tests of signatures are skipped')
    return
  }
  const folder = cacheFolder('signing')
  const stamp = join(folder, 'stamp')
  const versions = readFileSync(join(SOURCE, 'go.mod'), 'utf8')
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== versions) {
    print('building cosign: some minutes of one core, once')
    mkdirSync(folder, { recursive: true })
    try {
      const args = ['-ldflags', '-s -w', '-o', `${folder}/`, ...PROGRAMS]
      await compileGo({ source: SOURCE, args, count: PACKAGES })
    } catch (error) {
      print(`cosign cannot be built, so tests of signatures are skipped: ${error.message}`)
      return
    }
    writeFileSync(stamp, versions)
  }
  process.env.CAUSEWAY_SIGNING = folder
}
