import { Cursor } from '../../contract/cursor.ts'

/**
 * The places of one log. Most streams stand at its end, and most others where their quiet channel ends. Streams at one place share
 * its cursor: it takes memory and is written as text once.
 */
export class Cursors {
  /** Undefined until the log has been seen once. */
  epoch: string | undefined
  /** The last two that were asked for: whoever asks for the end does not part those who stand elsewhere. */
  #last = new Cursor('', 0)
  #other = this.#last

  at(position: number): Cursor {
    if (!this.#isLast(position)) {
      const other = this.#last
      this.#last = this.#other
      this.#other = other
      if (!this.#isLast(position)) this.#last = new Cursor(this.epoch ?? '', position)
    }
    return this.#last
  }

  #isLast(position: number): boolean {
    return this.#last.position === position && this.#last.epoch === (this.epoch ?? '')
  }
}
