/** Lets so many pass in each second of the clock. */
export class RateGate {
  readonly #most: number
  readonly #now: () => number
  #second = 0
  #passed = 0

  /** `now`: milliseconds of any clock. */
  constructor(most: number, now: () => number) {
    this.#most = most
    this.#now = now
  }

  /** Whether one more may pass now. */
  pass(): boolean {
    const second = Math.floor(this.#now() / 1_000)
    if (second !== this.#second) this.#passed = 0
    this.#second = second
    return ++this.#passed <= this.#most
  }
}
