import { execFileSync } from 'node:child_process'

/** A process and its descendants, the parent first. Postgres puts each session into its own process and group. */
export function processTree(pid: number): number[] {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).split('\n')
  const pairs = lines.map((line) => line.trim().split(/\s+/).map(Number))
  const found = [pid]
  for (const each of found) {
    for (const [child, parent] of pairs)
      if (parent === each && child !== undefined) found.push(child)
  }
  return found
}

export function signalTree(pid: number | null, signal: NodeJS.Signals): void {
  if (pid === null) return
  for (const each of processTree(pid)) {
    try {
      process.kill(each, signal)
    } catch {
      // The process has ended meanwhile.
    }
  }
}
