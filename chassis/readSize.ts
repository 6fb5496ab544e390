/**
 * How much is read at once. A read that failed may have failed by its size: the next one is half as large, down to what a single
 * message takes. Each that succeeds doubles it again.
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
    this.bytes = Math.min(this.#max, this.bytes * 2)
  }
}
