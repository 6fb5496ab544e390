import { formatEventId } from './eventId.ts'

/**
 * A stream's place in the log: everything up to here has been sent. Its text is the SSE `id`. Each stream moves its own cursor at
 * every message, so a cursor is mutable and small. With several logs it will hold a position for each.
 */
export class Cursor {
  readonly epoch: string
  position: number

  constructor(epoch: string, position: number) {
    this.epoch = epoch
    this.position = position
  }

  covers(position: number): boolean {
    return position <= this.position
  }

  /** Never moves back, or a late answer would make the stream send something twice. */
  advanceTo(position: number): void {
    if (position > this.position) this.position = position
  }

  toString(): string {
    return formatEventId(this.epoch, this.position)
  }
}
