import type { Gateway } from './peers/gateway.ts'
import { Figures } from './report/figures.ts'
import type { Outcome } from './report/results.ts'
import type { Testbed } from './testbed.ts'

export interface Plan {
  rounds: number
  /** A tenth of the load and the time, to see that everything works; its figures mean nothing. */
  quick: boolean
  /** How long streams come and go in the memory scenario. */
  minutes: number
  /** Ours, then that of an earlier commit if one is given. */
  gateways: readonly Gateway[]
  print: (line: string) => void
}

export type Scenario = (testbed: Testbed, plan: Plan) => Promise<Outcome>

/**
 * Measures each target in turn, for as many rounds as planned, so that a disturbance of the machine hits all targets alike. `measure`
 * returns the target's figures, or adds them itself.
 */
export async function inTurn<T extends { name: string }>(
  plan: Plan,
  targets: readonly T[],
  measure: (target: T, figures: Figures) => Promise<Record<string, number> | void>,
): Promise<Figures> {
  const figures = new Figures(plan.print)
  for (let round = 1; round <= plan.rounds; round++) {
    plan.print(`round ${round} of ${plan.rounds}`)
    for (const target of targets) {
      const found = await measure(target, figures)
      if (found !== undefined) figures.add(target.name, found)
    }
  }
  return figures
}
