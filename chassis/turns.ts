/** Lets only so many run at once; whoever has to wait is let in in the order of coming. */
export class Turns {
  readonly #max: number
  readonly #rest: number
  readonly #waiting: (() => void)[] = []
  #running = 0

  /**
   * `rest`: how long a place stays empty after each work, by how long that took; with 1, what is worked on has half of its time for
   * others.
   */
  constructor(max: number, rest = 0) {
    this.#max = max
    this.#rest = rest
  }

  /** Runs `work` when its turn comes; what it answers or throws is the caller's. */
  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running < this.#max) this.#running++
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    const began = performance.now()
    try {
      return await work()
    } finally {
      if (this.#rest === 0) this.#passOn()
      else setTimeout(() => this.#passOn(), this.#rest * (performance.now() - began))
    }
  }

  #passOn(): void {
    const next = this.#waiting.shift()
    // The place passes from hand to hand, so that nobody who comes in between takes it.
    if (next === undefined) this.#running--
    else next()
  }
}
