import type { Stage } from './stage.ts'

const MAX_STALL_MS = 6_000

/** The network between a gateway and one reader: in order, with delay. Sometimes the reader reads nothing for seconds. */
export class Pipe {
  readonly #stage: Stage
  #arrival = 0
  /** What has not arrived. */
  underway = 0
  #isCut = false
  readonly #waiting: (() => void)[] = []

  constructor(stage: Stage) {
    this.#stage = stage
  }

  send(arrive: () => void): void {
    const { clock, random } = this.#stage
    // A reader stalls once, however much data is in flight.
    const stall = this.#stage.mishap(0.01)
      ? random.between(500, MAX_STALL_MS)
      : random.between(0, 5)
    this.#arrival = Math.max(this.#arrival, clock.now + stall)
    this.underway++
    clock.after(this.#arrival - clock.now, () => {
      this.underway--
      if (!this.#isCut) arrive()
      if (this.underway === 0) this.#drained()
    })
  }

  /** The end arrives last, also on a broken pipe: a reader notices both. */
  end(arrive: () => void): void {
    const { clock } = this.#stage
    clock.after(Math.max(0, this.#isCut ? 0 : this.#arrival - clock.now), arrive)
  }

  cut(): void {
    this.#isCut = true
    this.#drained()
  }

  whenEmpty(run: () => void): void {
    if (this.underway === 0 || this.#isCut) this.#stage.clock.after(0, run)
    else this.#waiting.push(run)
  }

  #drained(): void {
    for (const run of this.#waiting.splice(0)) run()
  }
}
