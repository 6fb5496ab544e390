import { readFileSync } from 'node:fs'

const SHELLS = new Set(['sh', 'dash', 'bash', 'zsh', 'ksh', 'busybox'])

/**
 * Under `npm start` the process that a user knows, and may kill, is npm; between it and us may be a shell that waits for us and
 * passes nothing on. This tells whether that chain still stands. Run without npm there is no such chain: then it always does,
 * for whoever started us may well end first.
 */
export function watchParents(isUnderNpm: boolean): () => boolean {
  if (!isUnderNpm) return () => true
  const parent = process.ppid
  const { name, parent: grandparent } = look(parent)
  const isShell = SHELLS.has(name)
  return () => process.ppid === parent && (!isShell || look(parent).parent === grandparent)
}

/** Of Linux alone: the shell of macOS becomes the command that it is to run, so that npm is our parent there. */
function look(pid: number): { name: string; parent: number | undefined } {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'))
    return { name, parent: Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) }
  } catch {
    return { name: '', parent: undefined }
  }
}
