import { formatEventId } from './eventId.ts'

/**
 * Where a stream stands in the log: everything up to here has been sent. Its text is the SSE `id`. Each stream moves its own
 * at every message, so it is mutable and small. With several logs it will hold a position for each of them.
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

  /** Never moves back: a late answer must not have anything sent twice. */
  advanceTo(position: number): void {
    if (position > this.position) this.position = position
  }

  toString(): string {
    return formatEventId(this.epoch, this.position)
  }
}
