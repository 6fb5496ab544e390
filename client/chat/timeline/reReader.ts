import type { ShownMessage } from '../../sdk/history.ts'

/** Reads messages again of which nobody can tell what they look like now. One that changes meanwhile is read once more. */
export class ReReader {
  readonly #read: (position: number) => Promise<ShownMessage>
  readonly #correct: (message: ShownMessage) => void
  /** The messages that are being read, and those that have changed since. */
  readonly #reading = new Set<number>()
  readonly #stale = new Set<number>()

  constructor(
    read: (position: number) => Promise<ShownMessage>,
    correct: (message: ShownMessage) => void,
  ) {
    this.#read = read
    this.#correct = correct
  }

  async ask(position: number): Promise<void> {
    this.#stale.add(position)
    if (this.#reading.has(position)) return
    this.#reading.add(position)
    try {
      while (this.#stale.delete(position)) this.#correct(await this.#read(position))
    } catch {
      // It stays as it was, until the page is loaded again.
    }
    this.#reading.delete(position)
  }
}
