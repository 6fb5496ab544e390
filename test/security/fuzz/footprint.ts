import { readdirSync, readFileSync } from 'node:fs'
import type { Stack } from '../../../stack/stack.ts'

export interface Footprint {
  memoryBytes: number
  /** Open files and sockets. */
  descriptors: number
}

/** What each process of a stack holds, by its name; its children count with it. Linux only. */
export function footprints({ processes }: Pick<Stack, 'processes'>): Map<string, Footprint> {
  return new Map(processes.map(({ name, pid }) => [name, footprintOf(pid ?? 0)]))
}

function footprintOf(pid: number): Footprint {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
  const all = [pid, ...children.split(' ').filter(Boolean).map(Number)]
  return {
    memoryBytes: sum(all.map(memoryOf)),
    descriptors: sum(all.map((each) => readdirSync(`/proc/${each}/fd`).length)),
  }
}

function memoryOf(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Number(kilobytes ?? 0) * 1_024
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, each) => total + each, 0)
}

/** Connections that pools keep open: nginx keeps 64 to each service in each of its workers, and services keep some to Postgres. */
const POOLED = 150
/** What a process of Node takes more or less of, without any leak. */
const MEMORY_BYTES = 96 * 1_048_576
/** Their memory is the messages, which are to be kept. Postgres has a process with files of its own for each pooled connection. */
const KEEPS_MESSAGES = /^(?:postgres|redis)/
const HAS_A_PROCESS_EACH = /^postgres/

/** What has grown between two moments more than it may. */
export function growth(before: Map<string, Footprint>, after: Map<string, Footprint>): string[] {
  return [...after].flatMap(([name, now]) => {
    const then = before.get(name) ?? { memoryBytes: 0, descriptors: 0 }
    const descriptors = now.descriptors - then.descriptors
    const memory = now.memoryBytes - then.memoryBytes
    return [
      ...(descriptors > POOLED && !HAS_A_PROCESS_EACH.test(name)
        ? [`${name} has ${descriptors} more open files and sockets`]
        : []),
      ...(memory > MEMORY_BYTES && !KEEPS_MESSAGES.test(name)
        ? [`${name} has ${Math.round(memory / 1_048_576)} MiB more memory`]
        : []),
    ]
  })
}
