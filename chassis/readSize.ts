/** Of the largest read, what each success adds: after a failure the next one is that many reads away. */
const STEP = 1 / 64

/**
 * How much is read at once. A read that failed may have failed by its size: the next one is half as large, down to what a single
 * message takes. Each that succeeds adds a little again: were it twice as much, every second read would fail.
 */
export class ReadSize {
  readonly #max: number
  #size: number

  constructor(max: number) {
    this.#max = max
    this.#size = max
  }

  /** Reads as much as is tried now. */
  async read<T>(read: (size: number) => Promise<T>): Promise<T> {
    try {
      const found = await read(this.#size)
      this.#size = Math.min(this.#max, this.#size + Math.ceil(this.#max * STEP))
      return found
    } catch (error) {
      this.#size = Math.max(1, this.#size >> 1)
      throw error
    }
  }
}
