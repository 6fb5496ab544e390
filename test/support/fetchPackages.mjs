import { copyFileSync, mkdirSync, readFileSync } from 'node:fs'
import { SetupError, print } from '../../stack/setup/print.mjs'
import { run } from '../../stack/setup/run.mjs'
import { unlessMade } from '../../stack/setup/stamp.mjs'

const FILES = ['package.json', 'package-lock.json', '.npmrc']

/**
 * Installs the npm packages of the lock file in `from` into `to`, unless they are there: tools of tests, which are no
 * dependencies of Causeway. `finish` does what is left to do with them. If npm cannot fetch them, this prints so.
 */
export function fetchPackages({ from, to, what, finish = () => {} }) {
  mkdirSync(to, { recursive: true })
  const inputs = FILES.map((file) => readFileSync(`${from}/${file}`, 'utf8')).join('')
  try {
    unlessMade(`${to}/stamp`, inputs, () => {
      print(`fetching ${what} from npm`)
      for (const file of FILES) copyFileSync(`${from}/${file}`, `${to}/${file}`)
      run('npm', ['ci', '--loglevel=error'], { cwd: to })
      finish()
    })
  } catch (error) {
    if (!(error instanceof SetupError)) throw error
    print('npm could not fetch them: what needs them will be skipped')
  }
}
