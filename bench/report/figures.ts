import { claim, type Claim, type Series } from './results.ts'
import { format, median } from './statistics.ts'

/** The metric of a target that counts messages which came twice, late, or not at all. */
export const FAULTS = 'lost or doubled'

/** Collects what the rounds find. */
export class Figures {
  readonly series: Series[] = []
  readonly #print: (line: string) => void

  constructor(print: (line: string) => void) {
    this.#print = print
  }

  /** Adds one round of one target, and prints it. */
  add(target: string, values: Record<string, number>): void {
    for (const [metric, value] of Object.entries(values)) {
      const found = this.#find(target, metric)
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
    return this.#find(target, metric)?.values ?? []
  }

  sum(target: string, metric: string): number {
    return this.values(target, metric).reduce((sum, value) => sum + value, 0)
  }

  /** The claim that these targets lost and doubled nothing in any round. */
  nothingLost(...targets: string[]): Claim {
    const faults = targets.reduce((sum, target) => sum + this.sum(target, FAULTS), 0)
    return claim('Nothing lost', `${faults} lost or doubled`, faults === 0)
  }

  #find(target: string, metric: string): Series | undefined {
    return this.series.find((each) => each.target === target && each.metric === metric)
  }
}
