/** Lets only so many run at once; whoever has to wait is let in in the order of coming. */
export class Turns {
  readonly max: number
  readonly #waiting: (() => void)[] = []
  #running = 0

  constructor(max: number) {
    this.max = max
  }

  /**
   * Runs `work` when its turn comes; what it answers or throws is the caller's. `rest` tells for how many milliseconds its place then
   * stays empty, so that what all of them work on has time for others; the caller does not wait for that.
   */
  async take<T>(work: () => Promise<T>, rest: (answer: T) => number = () => 0): Promise<T> {
    if (this.#running < this.max) this.#running++
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    let restMs = 0
    try {
      const answer = await work()
      restMs = rest(answer)
      return answer
    } finally {
      if (restMs === 0) this.#passOn()
      else setTimeout(() => this.#passOn(), restMs)
    }
  }

  #passOn(): void {
    const next = this.#waiting.shift()
    // The place passes from hand to hand, so that nobody who comes in between takes it.
    if (next === undefined) this.#running--
    else next()
  }
}
