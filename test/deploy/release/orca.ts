import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Stage } from '../../../deploy/spinnaker/stages.ts'
import type { Lack } from '../tools/tools.ts'

/** The variable that holds the file with Orca's class path, which install.mjs writes. */
const CLASS_PATH = 'CAUSEWAY_ORCA'

export const orcaLack: Lack =
  process.env[CLASS_PATH] === undefined
    ? 'there is no Orca: npm run test:deploy -- --release fetches it, with Java and Maven'
    : undefined

/** One run of the pipeline: with what parameters, and which stages fail, by their names. */
interface Run {
  parameters: Record<string, string>
  failing: string[]
}

/** For each run the status that each stage ends with, by its refId, as Orca decides. */
export function outcomes(stages: readonly Stage[], runs: readonly Run[]): Record<string, string>[] {
  const classPath = readFileSync(process.env[CLASS_PATH] ?? '', 'utf8').trim()
  const program = join(import.meta.dirname, 'orca/Runs.java')
  const output = execFileSync('java', ['-cp', classPath, program], {
    input: JSON.stringify({ stages, runs }),
    encoding: 'utf8',
    // Its log is long, and a failure ends in an error all the same.
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  // Orca logs to standard output as well.
  const last = output.trim().split('\n').at(-1) ?? ''
  const all: Record<string, string>[] = JSON.parse(last)
  return all
}
