import { readdirSync, readFileSync } from 'node:fs'

interface Process {
  pid: number
  parent: number
  command: string
}

/** Sends a signal to the processes of a browser in which pages run: those below its own one whose command line fits. */
export function signalPages(
  browser: number | undefined,
  command: RegExp,
  signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT',
): void {
  const all = processes()
  const isBelow = (parent: number): boolean => {
    if (parent === browser) return true
    const above = all.find(({ pid }) => pid === parent)
    return above !== undefined && above.parent > 1 && isBelow(above.parent)
  }
  for (const each of all) {
    if (command.test(each.command) && isBelow(each.parent)) process.kill(each.pid, signal)
  }
}

function processes(): Process[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return []
    try {
      const [, parent = '0'] = /\) \w (\d+)/.exec(readFileSync(`/proc/${name}/stat`, 'utf8')) ?? []
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
      return [{ pid: Number(name), parent: Number(parent), command }]
    } catch {
      // It has ended.
      return []
    }
  })
}
