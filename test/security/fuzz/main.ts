import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startStack } from '../../../stack/stack.ts'
import { growth } from './footprint.ts'
import { fuzz, type FuzzResult } from './fuzz.ts'
import { fuzzMqtt } from './mqtt/fuzzMqtt.ts'

/** The options of `npm run fuzz`, already checked. */
export interface FuzzRunOptions {
  requests: number
  /** Connections to the broker. */
  sessions: number
  seed: number
}

const SHOWN = 20

/** Starts a stack of its own, sends it random requests and random MQTT, and says what came back. The exit code is 1 if anything was wrong. */
export async function main({ requests, sessions, seed }: FuzzRunOptions): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'causeway-fuzz-'))
  const stopping = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => stopping.abort(new Error('stopped')))
  }
  const stack = await startStack({ dir, signal: stopping.signal })
  try {
    await run(`${requests} requests with the seed ${seed}`, () => fuzz(stack, requests, seed))
    const what = `${sessions} connections to the broker with the seed ${seed}`
    await run(what, () => fuzzMqtt(stack, sessions, seed))
  } finally {
    await stack.stop()
    rmSync(dir, { recursive: true, force: true })
  }
}

async function run(what: string, act: () => Promise<FuzzResult>): Promise<void> {
  const began = Date.now()
  const result = await act()
  print(`${what} in ${Math.round((Date.now() - began) / 1_000)} s`)
  report(result)
}

function report({ counts, faults, samples }: FuzzResult): void {
  for (const key of [...counts.keys()].sort()) print(`  ${key.padEnd(28)}${counts.get(key)}`)
  for (const name of samples[0]?.keys() ?? []) {
    const held = samples.map((each) => each.get(name))
    const memory = held.map((each) => Math.round((each?.memoryBytes ?? 0) / 1_048_576)).join(' ')
    const descriptors = held.map((each) => each?.descriptors).join(' ')
    print(`  ${name.padEnd(16)}MiB ${memory}; files and sockets ${descriptors}`)
  }
  for (const { number, fault, door, bytes } of faults.slice(0, SHOWN)) {
    print(`  WRONG: ${fault} (number ${number}, ${door}): ${show(bytes)}`)
  }
  const grown = growth(samples)
  for (const each of grown) print(`  WRONG: ${each}`)
  print(`${faults.length} faults, ${grown.length} processes that grew`)
  if (faults.length + grown.length > 0) process.exitCode = 1
}

function show(bytes: string): string {
  return JSON.stringify(bytes.length > 400 ? `${bytes.slice(0, 400)}…` : bytes)
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
