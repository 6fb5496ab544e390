import { execFile } from 'node:child_process'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
} from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { ROOT } from '../../stack/root.ts'
import type { service } from '../../stack/service.ts'
import { CACHE } from './cache.ts'

/** An earlier commit, compiled. */
export interface Baseline {
  commit: string
  /** That commit's own recipe for starting a gateway. */
  service: typeof service
}

/**
 * Compiles a commit in a folder outside this checkout, and reuses an earlier build. Its gateway reads Redis and Postgres as this
 * checkout's code writes them: a commit that reads them in another way cannot be a baseline.
 * @throws if there is no such commit, or if it does not compile
 */
export async function buildBaseline(revision: string): Promise<Baseline> {
  const commit = await run('git', ['-C', ROOT, 'rev-parse', '--verify', `${revision}^{commit}`])
  const folder = join(CACHE, `causeway-${commit}`)
  if (!existsSync(folder)) await checkOut(commit, folder)
  linkDependencies(folder)
  await run(process.execPath, [join(folder, 'stack/setup.mjs'), 'build'])
  const { href } = pathToFileURL(join(folder, 'dist/stack/service.js'))
  // oxlint-disable-next-line no-unsafe-type-assertion
  const theirs = (await import(href)) as Pick<Baseline, 'service'>
  return { commit: commit.slice(0, 7), service: theirs.service }
}

/** Renames the folder into place at the end, so that a half-finished one is never used. */
async function checkOut(commit: string, folder: string): Promise<void> {
  mkdirSync(CACHE, { recursive: true })
  const unfinished = mkdtempSync(`${folder}.`)
  try {
    const script = 'git -C "$1" archive "$2" | tar -x -C "$3"'
    await run('sh', ['-c', script, 'sh', ROOT, commit, unfinished])
    renameSync(unfinished, folder)
  } finally {
    rmSync(unfinished, { recursive: true, force: true })
  }
}

/** Links our packages if the lock files agree; else that commit's setup installs its own, which must not go through the link. */
function linkDependencies(folder: string): void {
  const link = join(folder, 'node_modules')
  if (lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink() === true) unlinkSync(link)
  if (lockOf(folder) === lockOf(ROOT) && !existsSync(link))
    symlinkSync(join(ROOT, 'node_modules'), link)
}

function lockOf(root: string): string {
  return readFileSync(join(root, 'package-lock.json'), 'utf8')
}

async function run(command: string, args: string[]): Promise<string> {
  return (await promisify(execFile)(command, args)).stdout.trim()
}
