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

/** Beyond what comes and goes: a pool that fills, a garbage collection that is due. */
const DESCRIPTORS = 30
const MEMORY_BYTES = 32 * 1_048_576
/** Their memory is the messages, which are to be kept. Postgres has a process with files of its own for each pooled connection. */
const KEEPS_MESSAGES = /^(?:postgres|redis)/
const HAS_A_PROCESS_EACH = /^postgres/

/**
 * What has grown over a run, of samples taken after equal parts of it: even the least of the second half is more than the most of
 * the first half. A process of Node swings by 100 MiB between two garbage collections, so two samples say nothing.
 */
export function growth(samples: readonly Map<string, Footprint>[]): string[] {
  const half = samples.length / 2
  return [...(samples[0]?.keys() ?? [])].flatMap((name) => {
    const grown = (key: keyof Footprint): number => {
      const values = samples.map((sample) => sample.get(name)?.[key] ?? 0)
      return Math.min(...values.slice(half)) - Math.max(...values.slice(0, half))
    }
    const [descriptors, memory] = [grown('descriptors'), grown('memoryBytes')]
    return [
      ...(descriptors > DESCRIPTORS && !HAS_A_PROCESS_EACH.test(name)
        ? [`${name} has ${descriptors} more open files and sockets`]
        : []),
      ...(memory > MEMORY_BYTES && !KEEPS_MESSAGES.test(name)
        ? [`${name} has ${Math.round(memory / 1_048_576)} MiB more memory`]
        : []),
    ]
  })
}
