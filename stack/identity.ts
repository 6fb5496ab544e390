import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/**
 * A word that tells this process from every other that had or will have its pid: when it was started. Undefined where no such
 * process runs; one that has ended but was not collected by its parent does not run.
 */
export function identityOf(pid: number): string | undefined {
  return process.platform === 'linux' ? fromProc(pid) : fromPs(pid)
}

function fromProc(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The second field, the name, may hold spaces and parentheses; the state is the first field after it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
    return `${boot}/${fields[19]}`
  } catch {
    return undefined
  }
}

function fromPs(pid: number): string | undefined {
  try {
    const [state = '', ...started] = execFileSync(
      'ps',
      ['-o', 'state=,lstart=', '-p', String(pid)],
      {
        encoding: 'utf8',
      },
    )
      .trim()
      .split(/\s+/)
    return state.startsWith('Z') ? undefined : started.join(' ')
  } catch {
    return undefined
  }
}
