import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { ROOT } from '../../stack/setup/paths.mjs'
import { SetupError } from '../../stack/setup/print.mjs'
import { JEST, runTests } from '../../stack/setup/tests.mjs'
import { LEFT_OUT } from './leftOut.mjs'

/** On what a test depends that reaches a stack. */
const SWITCH = 'test/support/authority.ts'

/**
 * Runs the end-to-end tests on stacks that use TLS everywhere, with clients that trust one new authority; of them, those that the
 * arguments of jest choose. Returns jest's exit code.
 */
export async function runSecure(args) {
  const files = endToEnd()
  const dir = mkdtempSync(join(tmpdir(), 'causeway-authority-'))
  try {
    const { openAuthority } = await import('../../dist/stack/tls.js')
    const { cert } = openAuthority(dir)
    trustInChromium(dir, cert)
    Object.assign(process.env, {
      CAUSEWAY_TEST_AUTHORITY: dir,
      CAUSEWAY_FEW_TESTS: '1',
      NODE_EXTRA_CA_CERTS: cert,
      CURL_CA_BUNDLE: cert,
      // Of Chromium.
      HOME: dir,
    })
    for (const [file, why] of Object.entries(LEFT_OUT)) {
      process.stdout.write(`left out: ${file}, because ${why}\n`)
    }
    return await runTests([...args, ...files.map((file) => `--testMatch=**/${file}`)])
  } finally {
    rmSync(dir, { recursive: true })
  }
}

/** jest knows which tests depend on the switch, so that no list can forget one. */
function endToEnd() {
  const args = [...JEST, '--listTests', '--json', '--findRelatedTests', SWITCH]
  const found = JSON.parse(execFileSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' }))
  const stale = Object.keys(LEFT_OUT).filter((path) => !existsSync(join(ROOT, path)))
  if (stale.length > 0) throw new SetupError(`There is no ${stale.join(', ')} to leave out.`)
  const files = found.map((path) => relative(ROOT, path))
  return files.filter((file) => !Object.hasOwn(LEFT_OUT, file)).toSorted()
}

/** Chromium has its own list of authorities, below the home of its user. */
function trustInChromium(home, cert) {
  const list = join(home, '.pki/nssdb')
  mkdirSync(list, { recursive: true })
  const certutil = (...args) => execFileSync('certutil', ['-d', `sql:${list}`, ...args])
  certutil('-N', '--empty-password')
  certutil('-A', '-n', 'causeway', '-t', 'C,,', '-i', cert)
}
