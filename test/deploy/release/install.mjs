import { cpSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { inRoot } from '../../../stack/setup/paths.mjs'
import { SetupError, print } from '../../../stack/setup/print.mjs'
import { run } from '../../../stack/setup/run.mjs'
import { unlessMade } from '../../../stack/setup/stamp.mjs'
import { cacheFolder } from '../tools/compileGo.mjs'

/** Fetches Orca with Maven, once, and names its class path to the tests. Without Java or Maven those are skipped. */
export function installOrca() {
  const there = cacheFolder('orca')
  const classPath = join(there, 'classpath')
  const pom = inRoot('test/deploy/release/orca/pom.xml')
  try {
    mkdirSync(there, { recursive: true })
    unlessMade(join(there, 'stamp'), readFileSync(pom, 'utf8'), () => {
      print('fetching Orca with Maven (150 MB)')
      cpSync(pom, join(there, 'pom.xml'))
      run('java', ['-version'], { isQuiet: true })
      const goal = ['dependency:build-classpath', `-Dmdep.outputFile=${classPath}`]
      run('mvn', ['--quiet', '--batch-mode', ...goal], { cwd: there })
    })
    process.env.CAUSEWAY_ORCA = classPath
  } catch (error) {
    if (!(error instanceof SetupError)) throw error
    print('Java or Maven is missing, or Orca cannot be fetched: what needs it will be skipped')
  }
}
