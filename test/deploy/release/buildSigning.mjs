import { inRoot } from '../../../stack/setup/paths.mjs'
import { print } from '../../../stack/setup/print.mjs'
import { builtOnce } from '../tools/builtOnce.mjs'
import { compileGo } from '../tools/compileGo.mjs'

const SOURCE = inRoot('test/deploy/release/signing')
const PROGRAMS = [
  'github.com/sigstore/cosign/v2/cmd/cosign',
  'github.com/google/go-containerregistry/cmd/registry',
]
/** Packages that are compiled in all, for the progress. */
const PACKAGES = 1_750

const WANTED = {
  name: 'signing',
  what: 'cosign',
  tests: 'tests of signatures',
  source: SOURCE,
  also: PROGRAMS.join(),
}

/** Builds cosign and a registry in memory from their Go modules, once, and names their folder to the tests. Without Go those are skipped. */
export async function buildSigning() {
  const folder = await builtOnce(WANTED, async (to) => {
    print('building cosign: some minutes of one core, once')
    const args = ['-ldflags', '-s -w', '-o', `${to}/`, ...PROGRAMS]
    await compileGo({ source: SOURCE, args, count: PACKAGES })
  })
  if (folder !== undefined) process.env.CAUSEWAY_SIGNING = folder
}
