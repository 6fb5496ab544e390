import { Cursor } from '../../contract/cursor.ts'

/** The places of one log. Most streams stand at its end, all at the same cursor: it takes memory and is written as text once. */
export class Cursors {
  /** Undefined until the log has been seen once. */
  epoch: string | undefined
  #last = new Cursor('', 0)

  at(position: number): Cursor {
    const { epoch = '' } = this
    const last = this.#last
    if (last.position === position && last.epoch === epoch) return last
    return (this.#last = new Cursor(epoch, position))
  }
}
