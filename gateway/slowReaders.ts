import type { Stream } from './stream.ts'

interface Seen {
  takenBytes: number
  /** When it last took something, or began to be watched. */
  at: number
}

export interface SlowReadersOptions {
  /** A reader that takes nothing for so long is cut. */
  stallMs: number
  /** Bytes that may wait for all readers together. */
  maxTotalBytes: number
}

/**
 * The readers that have something waiting. Each is bounded by itself already (see Stream); here they are bounded in time, and
 * in memory together: over the total, those with the most waiting are cut first, since one of them makes room for many.
 * Whoever is cut resumes by its id, and loses nothing.
 */
export class SlowReaders {
  readonly #seen = new Map<Stream, Seen>()
  readonly #options: SlowReadersOptions

  constructor(options: SlowReadersOptions) {
    this.#options = options
  }

  add(stream: Stream, now: number): void {
    if (!this.#seen.has(stream)) this.#seen.set(stream, { takenBytes: stream.takenBytes, at: now })
  }

  remove(stream: Stream): void {
    this.#seen.delete(stream)
  }

  /** To be called about once a second, with a clock that only runs forwards, in milliseconds. */
  look(now: number): void {
    let total = 0
    for (const [stream, seen] of this.#seen) {
      const { waitingBytes, takenBytes } = stream
      if (waitingBytes === 0) {
        this.#seen.delete(stream)
        continue
      }
      if (takenBytes > seen.takenBytes) {
        seen.takenBytes = takenBytes
        seen.at = now
      } else if (now - seen.at > this.#options.stallMs) {
        this.#cut(stream)
        continue
      }
      total += waitingBytes
    }
    if (total > this.#options.maxTotalBytes) this.#makeRoom(total - this.#options.maxTotalBytes)
  }

  #makeRoom(bytes: number): void {
    const largest = [...this.#seen.keys()].sort((a, b) => b.waitingBytes - a.waitingBytes)
    let freed = 0
    for (const stream of largest) {
      if (freed >= bytes) return
      freed += stream.waitingBytes
      this.#cut(stream)
    }
  }

  #cut(stream: Stream): void {
    this.#seen.delete(stream)
    stream.cut()
  }
}
