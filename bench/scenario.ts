import type { Testbed } from './testbed.ts'
import { format, median } from './figures.ts'
import type { Gateway } from './peers/gateway.ts'
import type { Outcome, Series } from './results.ts'

export interface Plan {
  rounds: number
  /** A tenth of the load and the time, to see that everything works; its figures mean nothing. */
  quick: boolean
  /** How long the memory scenario lets streams come and go. */
  minutes: number
  /** Ours, and after it that of an earlier commit, if one is given. */
  gateways: readonly Gateway[]
  print: (line: string) => void
}

export type Scenario = (testbed: Testbed, plan: Plan) => Promise<Outcome>

/** Gathers what the rounds find. */
export class Figures {
  readonly series: Series[] = []
  readonly #print: (line: string) => void

  constructor(print: (line: string) => void) {
    this.#print = print
  }

  /** Adds one round of one target, and tells it. */
  add(target: string, values: Record<string, number>): void {
    for (const [metric, value] of Object.entries(values)) {
      const found = this.series.find((each) => each.target === target && each.metric === metric)
      if (found === undefined) this.series.push({ target, metric, values: [value] })
      else found.values.push(value)
    }
    const told = Object.entries(values).map(([metric, value]) => `${metric} ${format(value)}`)
    this.#print(`  ${target}: ${told.join(' · ')}`)
  }

  median(target: string, metric: string): number {
    return median(this.values(target, metric))
  }

  values(target: string, metric: string): number[] {
    return (
      this.series.find((each) => each.target === target && each.metric === metric)?.values ?? []
    )
  }

  sum(target: string, metric: string): number {
    return this.values(target, metric).reduce((sum, value) => sum + value, 0)
  }
}

/** Of a number of rounds, each target in turn, so that what the machine does meanwhile meets all of them alike. */
export async function inTurn<S extends { name: string }>(
  plan: Plan,
  targets: readonly S[],
  measure: (target: S, round: number) => Promise<void>,
): Promise<void> {
  for (let round = 1; round <= plan.rounds; round++) {
    plan.print(`round ${round} of ${plan.rounds}`)
    for (const target of targets) await measure(target, round)
  }
}
