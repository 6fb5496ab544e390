import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Stack, startStack } from '../../../stack/stack.ts'
import { originsOf } from '../doors.ts'
import { type Footprint, footprints, growth } from './footprint.ts'
import { fuzz, type FuzzResult } from './fuzz.ts'

/** The options of `npm run fuzz`, already checked. */
export interface FuzzRunOptions {
  requests: number
  seed: number
}

/** Before this part of the requests has been sent, caches and pools fill. */
const WARM_UP = 0.2
const SHOWN = 20
const mib = (bytes = 0): number => Math.round(bytes / 1_048_576)

/** Starts a stack of its own, sends it random requests, and says what came back. The exit code is 1 if anything was wrong. */
export async function main({ requests, seed }: FuzzRunOptions): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'causeway-fuzz-'))
  const stopping = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => stopping.abort(new Error('stopped')))
  }
  const stack = await startStack({ dir, signal: stopping.signal })
  try {
    const options = { origins: originsOf(stack), seed }
    const warm = Math.round(requests * WARM_UP)
    const began = Date.now()
    const first = await fuzz({ ...options, from: 0, to: warm })
    const before = footprints(stack)
    const rest = await fuzz({ ...options, from: warm, to: requests })
    const seconds = Math.round((Date.now() - began) / 1_000)
    print(`${requests} requests with the seed ${seed} in ${seconds} s`)
    report([first, rest], before, stack)
  } finally {
    await stack.stop()
    rmSync(dir, { recursive: true, force: true })
  }
}

function report(results: FuzzResult[], before: Map<string, Footprint>, stack: Stack): void {
  const counts = new Map<string, number>()
  for (const [key, count] of results.flatMap((each) => [...each.counts])) {
    counts.set(key, (counts.get(key) ?? 0) + count)
  }
  for (const key of [...counts.keys()].sort()) print(`  ${key.padEnd(16)}${counts.get(key)}`)
  const after = footprints(stack)
  for (const [name, { memoryBytes, descriptors }] of after) {
    const then = before.get(name)
    print(
      `  ${name.padEnd(16)}${mib(then?.memoryBytes)} MiB, ${then?.descriptors} descriptors; ` +
        `at the end ${mib(memoryBytes)} MiB, ${descriptors}`,
    )
  }
  const faults = results.flatMap((each) => each.faults)
  for (const { number, fault, request } of faults.slice(0, SHOWN)) {
    print(`  WRONG: ${fault} (request ${number}, ${request.door}): ${show(request.bytes)}`)
  }
  const grown = growth(before, after)
  for (const each of grown) print(`  WRONG: ${each}`)
  print(`${faults.length} wrong answers, ${grown.length} processes that grew`)
  if (faults.length + grown.length > 0) process.exitCode = 1
}

function show(bytes: string): string {
  return JSON.stringify(bytes.length > 400 ? `${bytes.slice(0, 400)}…` : bytes)
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
