/** Of the largest read, what each success adds: after a failure the next one is that many reads away. */
const STEP = 1 / 64

/**
 * How much is read at once. A read that failed may have failed by its size: the next one is half as large, down to what a single
 * message takes. Each that succeeds adds a little again: were it twice as much, every second read would fail.
 */
export class ReadSize {
  readonly #max: number
  bytes: number

  constructor(max: number) {
    this.#max = max
    this.bytes = max
  }

  failed(): void {
    this.bytes = Math.max(1, this.bytes >> 1)
  }

  succeeded(): void {
    this.bytes = Math.min(this.#max, this.bytes + Math.ceil(this.#max * STEP))
  }
}
