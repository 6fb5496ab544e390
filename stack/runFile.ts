import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { StartRefused } from './errors.ts'
import { endProcess } from './group.ts'
import { identityOf } from './identity.ts'

const END_WITHIN_MS = 5_000

/** The processes of a run, on disk. */
export interface RunFile {
  add: (pid: number) => void
  /** The run is over and has left nothing. */
  release: () => void
}

/**
 * Takes a folder for a run, and ends what a killed run has left there, since that still holds ports and data. The file,
 * `<folder>/run.pids`, has a line for each process, `<pid> <identity>`, the runner first; lines are only added.
 * @throws {StartRefused} if the runner of an earlier run lives
 */
export async function takeRunFile(folder: string): Promise<RunFile> {
  const path = join(folder, 'run.pids')
  const [runner, ...children] = existsSync(path) ? read(path) : []
  if (runner?.isAlive === true) {
    throw new StartRefused(
      `Causeway already runs from ${folder}, as process ${runner.pid}. Stop that one first.`,
    )
  }
  const left = children.filter(({ isAlive }) => isAlive)
  await Promise.all(left.map(({ pid, identity }) => endProcess(pid, identity, END_WITHIN_MS)))
  mkdirSync(folder, { recursive: true })
  const release = () => rmSync(path, { force: true })
  const add = (pid: number) => appendFileSync(path, `${pid} ${identityOf(pid)}\n`)
  release()
  add(process.pid)
  return { add, release }
}

function read(path: string) {
  const lines = readFileSync(path, 'utf8').matchAll(/^(\d+) (\S+)$/gm)
  return [...lines].map(([, digits, identity = '']) => {
    const pid = Number(digits)
    // Another process may have the pid by now. To signal the groups 0 and 1 would be a disaster.
    return { pid, identity, isAlive: pid > 1 && identityOf(pid) === identity }
  })
}
