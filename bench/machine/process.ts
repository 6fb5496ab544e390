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
  return secondsOf(timesOf(pid).slice(0, 2))
}

/** The same, and what its children used that have ended. */
export function processorTimeWithEnded(pid: number): number {
  return secondsOf(timesOf(pid))
}

/**
 * Seconds for which the processors of the machine worked for programs, each counted, or for other machines on the same hardware. Interrupts
 * are not in it, because no program has them in its own time.
 */
export function busyTime(): number {
  const [, line = ''] = /^cpu +(.*)$/m.exec(readFileSync('/proc/stat', 'latin1')) ?? []
  const [user = 0, nice = 0, system = 0, , , , , stolen = 0] = line.split(' ').map(Number)
  return secondsOf([user, nice, system, stolen])
}

/** In user mode and in the kernel; then the same of its children that have ended. */
function timesOf(pid: number): number[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields.slice(11, 15).map(Number)
}

function secondsOf(ticks: readonly number[]): number {
  ticksPerSecond ??= Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))
  return ticks.reduce((sum, each) => sum + each, 0) / ticksPerSecond
}

/** The children of a process that still run. */
export function childrenOf(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
  return text === '' ? [] : text.split(' ').map(Number)
}
