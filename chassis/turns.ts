/** Lets only so many run at once; whoever has to wait is let in in the order of coming. */
export class Turns {
  readonly #max: number
  readonly #waiting: (() => void)[] = []
  #running = 0

  constructor(max: number) {
    this.#max = max
  }

  /** Runs `work` when its turn comes; what it answers or throws is the caller's. */
  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running < this.#max) this.#running++
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      // The place passes from hand to hand, so that nobody who comes in between takes it.
      if (next === undefined) this.#running--
      else next()
    }
  }
}
