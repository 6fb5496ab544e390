import { Clock } from './clock.ts'
import { Random } from './random.ts'
import type { Ablations } from './world.ts'

/** What all logs of one run share: time, chance, and whether there are faults. */
export class Stage {
  readonly clock = new Clock()
  readonly random: Random
  readonly ablations: Ablations
  /** If false, nothing is lost, doubled or disconnected any more. */
  stormy = true

  constructor(seed: number, ablations: Ablations) {
    this.random = new Random(seed)
    this.ablations = ablations
  }

  /** Whether a mishap with this probability happens now. */
  mishap(probability: number): boolean {
    return this.stormy && this.random.chance(probability)
  }
}
