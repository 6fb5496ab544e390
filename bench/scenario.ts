import type { Bed } from './bed.ts'
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
  say: (line: string) => void
}

export type Scenario = (bed: Bed, plan: Plan) => Promise<Outcome>

/** Gathers what the rounds find. */
export class Figures {
  readonly series: Series[] = []
  readonly #say: (line: string) => void

  constructor(say: (line: string) => void) {
    this.#say = say
  }

  /** Adds one round of one subject, and tells it. */
  add(subject: string, values: Record<string, number>): void {
    for (const [metric, value] of Object.entries(values)) {
      const found = this.series.find((each) => each.subject === subject && each.metric === metric)
      if (found === undefined) this.series.push({ subject, metric, values: [value] })
      else found.values.push(value)
    }
    const told = Object.entries(values).map(([metric, value]) => `${metric} ${format(value)}`)
    this.#say(`  ${subject}: ${told.join(' · ')}`)
  }

  median(subject: string, metric: string): number {
    return median(this.values(subject, metric))
  }

  values(subject: string, metric: string): number[] {
    return (
      this.series.find((each) => each.subject === subject && each.metric === metric)?.values ?? []
    )
  }

  sum(subject: string, metric: string): number {
    return this.values(subject, metric).reduce((sum, value) => sum + value, 0)
  }
}

/** Of a number of rounds, each subject in turn, so that what the machine does meanwhile meets all of them alike. */
export async function inTurn<S extends { name: string }>(
  plan: Plan,
  subjects: readonly S[],
  measure: (subject: S, round: number) => Promise<void>,
): Promise<void> {
  for (let round = 1; round <= plan.rounds; round++) {
    plan.say(`round ${round} of ${plan.rounds}`)
    for (const subject of subjects) await measure(subject, round)
  }
}
