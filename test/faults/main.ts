import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Random } from '../model/random.ts'
import { messageOf } from '../../stack/errors.ts'
import { Bench } from './bench.ts'
import { Progress } from './progress.ts'
import { writeReport } from './report.ts'
import { type Result, runScenario } from './runScenario.ts'
import type { Scenario } from './scenario.ts'
import { SCENARIOS } from './scenarios/all.ts'

/** What `npm run faults` was asked for; stack/setup/faultsOptions.mjs has read and checked it. */
export interface FaultsOptions {
  /** Ids, or the beginnings of ids: F13 is F13a to F13d. Empty: all. */
  only: string[]
  /** 1: as long as is usual. */
  scale: number
  seed: number
  /** Leave the histories and logs where they are. */
  keep: boolean
  /** Write docs/reliability.md also after a part. */
  write: boolean
  command: string
}

/** Runs faults one after the other; the exit code is 1 if anything was judged bad. */
export async function main(options: FaultsOptions): Promise<void> {
  const chosen = choose(options.only)
  const dir = mkdtempSync(join(tmpdir(), 'causeway-faults-'))
  const progress = new Progress(chosen.length)
  const results: Result[] = []
  let shared: Bench | undefined
  const abort = () => {
    process.exitCode = 130
    void shared?.stop().finally(() => process.exit())
  }
  process.once('SIGINT', abort).once('SIGTERM', abort)
  try {
    for (const [index, scenario] of chosen.entries()) {
      const skipped = scenario.skip?.()
      if (skipped !== undefined) {
        results.push({ id: scenario.id, title: scenario.title, notes: [], skipped })
      } else {
        const random = new Random(options.seed + index)
        const place = join(dir, scenario.own === undefined ? 'stack' : `stack-${scenario.id}`)
        let bench = scenario.own === undefined ? shared : undefined
        bench ??= await Bench.start({ dir: place, random, ...scenario.own })
        if (scenario.own === undefined) shared = bench
        const runOptions = {
          bench,
          dir,
          seed: options.seed + index,
          scale: options.scale,
          progress: (text: string) => progress.line(scenario, text),
        }
        const result = await runScenario(scenario, runOptions).catch((error: unknown) =>
          broken(scenario, error),
        )
        results.push(result)
        // What a fault has left behind must not be the next one's.
        if (scenario.own !== undefined) await bench.stop()
        else if (result.judgement === undefined) {
          await bench.stop()
          shared = undefined
        }
      }
      progress.done(results.at(-1))
    }
  } finally {
    await shared?.stop()
  }
  if (options.only.length === 0 || options.write) writeReport(results, options)
  progress.total(results)
  if (results.some(isBad)) process.exitCode = 1
  if (options.keep || results.some(isBad)) progress.say(`The histories and logs are in ${dir}.`)
  else rmSync(dir, { recursive: true, force: true })
}

function choose(only: string[]): Scenario[] {
  if (only.length === 0) return [...SCENARIOS]
  const isWanted = ({ id }: Scenario) =>
    only.some(
      (wanted) =>
        id === wanted || (id.startsWith(wanted) && /[a-z]$/.test(id) && id.slice(0, -1) === wanted),
    )
  const chosen = SCENARIOS.filter(isWanted)
  if (chosen.length === 0) throw new Error(`There is no fault ${only.join(', ')}.`)
  return chosen
}

function broken(scenario: Scenario, error: unknown): Result {
  return {
    id: scenario.id,
    title: scenario.title,
    notes: [`could not be run to its end: ${messageOf(error)}`],
  }
}

function isBad({ judgement, skipped }: Result): boolean {
  return skipped === undefined && (judgement === undefined || judgement.violations.length > 0)
}
