/** Each success adds this share of the largest read, so a failure comes after that many reads at the earliest. */
const STEP = 1 / 64

/**
 * How much to read at once. A read may fail because of its size, so after a failure the next one is half as large, down to one
 * message. Each success adds a little: if it doubled the size, every second read would fail.
 */
export class ReadSize {
  readonly #max: number
  #size: number

  constructor(max: number) {
    this.#max = max
    this.#size = max
  }

  /** Reads as much as the current size allows. */
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
