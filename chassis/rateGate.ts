/** Lets so many pass in each second. */
export class RateGate {
  readonly #most: number
  #second = 0
  #passed = 0

  constructor(most: number) {
    this.#most = most
  }

  /** Whether one more may pass now: milliseconds of any clock, always the same one. */
  pass(now: number): boolean {
    const second = Math.floor(now / 1_000)
    if (second !== this.#second) this.#passed = 0
    this.#second = second
    return ++this.#passed <= this.#most
  }
}
