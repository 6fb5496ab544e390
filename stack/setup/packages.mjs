import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { say } from './say.mjs'

const FILES = ['package.json', 'package-lock.json', '.npmrc']

/**
 * Installs the npm packages of the lock file in `from` into `to`, unless they are there: tools of tests, which are no
 * dependencies of Causeway. `finish` does what is left to do with them. If they cannot be fetched, this says so.
 */
export function fetchPackages({ from, to, what, finish = () => {} }) {
  const stamp = `${to}/stamp`
  const hash = createHash('sha256')
  for (const file of FILES) hash.update(readFileSync(`${from}/${file}`))
  const wanted = hash.digest('hex')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return
  say(`fetching ${what} from npm`)
  rmSync(stamp, { force: true })
  mkdirSync(to, { recursive: true })
  for (const file of FILES) copyFileSync(`${from}/${file}`, `${to}/${file}`)
  const npm = spawnSync('npm', ['ci', '--loglevel=error'], { cwd: to, stdio: ['ignore', 2, 2] })
  if (npm.status !== 0) {
    say('they could not be fetched: what needs them will be skipped')
    return
  }
  finish()
  writeFileSync(stamp, wanted)
}
