import { createWriteStream, readFileSync, type WriteStream } from 'node:fs'
import { once } from 'node:events'

/** Size of a write: one write for each line would cost more than all other work. */
const BATCH_CHARACTERS = 65_536

/** Appends records to a file, one line of JSON each. */
export class EventLog<T> {
  readonly #file: WriteStream
  #waiting = ''

  constructor(path: string) {
    this.#file = createWriteStream(path)
  }

  write(record: T): void {
    this.#waiting += `${JSON.stringify(record)}\n`
    if (this.#waiting.length < BATCH_CHARACTERS) return
    this.#file.write(this.#waiting)
    this.#waiting = ''
  }

  async close(): Promise<void> {
    this.#file.end(this.#waiting)
    await once(this.#file, 'close')
  }
}

export function readRecords<T>(path: string): T[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const record: T = JSON.parse(line)
      return record
    })
}
