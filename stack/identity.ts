import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/**
 * When a process was started, as a word without spaces: it tells the process from every other that had or will have its pid.
 * Undefined if no such process runs. A process that has ended, and waits for its parent to collect it, does not run.
 */
export function identityOf(pid: number): string | undefined {
  try {
    const [state = '', ...start] = process.platform === 'linux' ? fromProc(pid) : fromPs(pid)
    return /^[ZX]/.test(state) ? undefined : start.join('/')
  } catch {
    return undefined
  }
}

function fromProc(pid: number): string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  // The second field, the name, may hold spaces and parentheses. The state comes after it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  // The start is counted from the boot.
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
  return [fields[0] ?? '', boot, fields[19] ?? '']
}

function fromPs(pid: number): string[] {
  const columns = ['-o', 'state=,lstart=', '-p', String(pid)]
  return execFileSync('ps', columns, { encoding: 'utf8' }).trim().split(/\s+/)
}
