import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** Resident bytes of a process (VmRSS). They include mapped code that its siblings share, as in every tool. */
export function memoryOf(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmRSS:\s*(\d+) kB$/m.exec(status)?.[1] ?? NaN) * 1024
}

/** Samples that memory until the returned function is called, which returns the highest value. */
export function watchMemory(pid: number): () => number {
  let most = memoryOf(pid)
  const timer = setInterval(() => (most = Math.max(most, memoryOf(pid))), 200)
  return () => {
    clearInterval(timer)
    return Math.max(most, memoryOf(pid))
  }
}

let ticksPerSecond: number | undefined

/** Seconds of processor time used by all threads of a process, in user mode and in the kernel. */
export function processorTimeOf(pid: number): number {
  ticksPerSecond ??= Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
}

/** The children of a process that still run. */
export function childrenOf(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
  return text === '' ? [] : text.split(' ').map(Number)
}
