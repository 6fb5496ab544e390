import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { testStack } from './testStack.ts'

/** What a test of the whole needs of a stack. */
export interface RunningStack {
  origin: string
  processes: readonly RunningProcess[]
  stop: () => Promise<void>
}

interface RunningProcess {
  role: string
  metricsUrl?: string | undefined
  kill: (signal: NodeJS.Signals) => void
}

const Described = z.object({
  origin: z.string(),
  processes: z.array(
    z.object({ role: z.string(), pid: z.number(), metricsUrl: z.string().optional() }),
  ),
})

/** The stack whose stack.json is $CAUSEWAY_TEST_STACK, which its owner stops; else a new one. */
export async function runningStack(): Promise<RunningStack> {
  const file = process.env['CAUSEWAY_TEST_STACK']
  if (file === undefined) return testStack()
  const { origin, processes } = Described.parse(JSON.parse(readFileSync(file, 'utf8')))
  return {
    origin,
    processes: processes.map(({ pid, ...rest }) => ({
      ...rest,
      kill: (signal) => process.kill(pid, signal),
    })),
    stop: async () => {},
  }
}
