import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { messageOf } from '../../stack/errors.ts'
import { Rigs } from './rig/rigs.ts'
import { Progress } from './progress.ts'
import { writeReport } from './report.ts'
import { type Result, runScenario } from './runScenario.ts'
import type { Scenario } from './scenario.ts'
import { SCENARIOS } from './scenarios/all.ts'

/** The options of `npm run faults`, already checked. */
export interface FaultsOptions {
  /** Ids of faults; F13 stands for F13a to F13d. Empty: all. */
  only: string[]
  /** Length of the run; 1 is the usual length. */
  scale: number
  /** How many times as long as usual things may take. */
  patience: number
  seed: number
  /** Keep the histories and logs. */
  keep: boolean
  /** Write docs/reliability.md even if only some faults run. */
  write: boolean
  /** The command line, for the report. */
  command: string
}

/** Runs faults one after the other. The exit code is 1 if the judge found anything. */
export async function main(options: FaultsOptions): Promise<void> {
  const unknown = options.only.filter((id) => !SCENARIOS.some((each) => isNamed(each, id)))
  if (unknown.length > 0) {
    process.stderr.write(`There is no fault ${unknown.join(', ')}.\n`)
    process.exitCode = 2
    return
  }
  const chosen = SCENARIOS.filter(
    (each) => options.only.length === 0 || options.only.some((id) => isNamed(each, id)),
  )
  const dir = mkdtempSync(join(tmpdir(), 'causeway-faults-'))
  const progress = new Progress(chosen.length)
  const rigs = new Rigs(dir)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void rigs.stop().finally(() => process.exit(130)))
  }
  const results: Result[] = []
  try {
    for (const [index, scenario] of chosen.entries()) {
      const result = await run(scenario, options.seed + index, { dir, rigs, progress, options })
      results.push(result)
      progress.done(result)
    }
  } finally {
    await rigs.stop()
  }
  const isBroken = results.some(
    ({ judgement, skipped }) => skipped === undefined && judgement?.violations.length !== 0,
  )
  progress.total(results)
  if (options.only.length === 0 || options.write) writeReport(results, options)
  if (options.keep || isBroken) progress.print(`The histories and logs are in ${dir}.`)
  else rmSync(dir, { recursive: true, force: true })
  if (isBroken) process.exitCode = 1
}

interface Context {
  dir: string
  rigs: Rigs
  progress: Progress
  options: FaultsOptions
}

async function run(scenario: Scenario, seed: number, context: Context): Promise<Result> {
  const { dir, rigs, progress, options } = context
  const { id, title } = scenario
  const skipped = scenario.skip?.()
  if (skipped !== undefined) return { id, title, notes: [], skipped }
  try {
    const rig = await rigs.take(scenario, seed)
    const result = await runScenario(scenario, {
      rig,
      dir,
      seed,
      scale: options.scale,
      patience: options.patience,
      progress: (text) => progress.line(scenario, text),
    })
    await rigs.giveBack(scenario)
    return result
  } catch (error) {
    // The rig may be in any state: the next fault needs another one.
    await rigs.stop()
    return { id, title, notes: [`could not run to its end: ${messageOf(error)}`] }
  }
}

function isNamed({ id }: Scenario, wanted: string): boolean {
  return id === wanted || id.replace(/[a-z]$/, '') === wanted
}
