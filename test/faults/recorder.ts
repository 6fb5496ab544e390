import { createWriteStream, readFileSync, type WriteStream } from 'node:fs'
import { once } from 'node:events'

/** Appends records to a file, one line of JSON each. */
export class Recorder<T> {
  readonly #file: WriteStream
  /** Lines written so far; the file is bounded by the run's own bounds on posts and readers. */
  count = 0

  constructor(path: string) {
    this.#file = createWriteStream(path)
  }

  write(record: T): void {
    this.count++
    this.#file.write(`${JSON.stringify(record)}\n`)
  }

  async close(): Promise<void> {
    this.#file.end()
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
