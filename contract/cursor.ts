import { formatEventId } from './eventId.ts'

/**
 * A stream's place in a log: everything up to here has been sent. Its text is the SSE `id`. It never changes, so that streams at
 * the same place share one, and its text.
 */
export class Cursor {
  readonly epoch: string
  readonly position: number
  #text: string | undefined

  constructor(epoch: string, position: number) {
    this.epoch = epoch
    this.position = position
  }

  covers(position: number): boolean {
    return position <= this.position
  }

  /** Another place of the same log; this one if it is there already. */
  at(position: number): Cursor {
    return position === this.position ? this : new Cursor(this.epoch, position)
  }

  toString(): string {
    return (this.#text ??= formatEventId(this.epoch, this.position))
  }
}
