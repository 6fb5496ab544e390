import type { Clock } from '../../chassis/clock.ts'
import type { Connection } from './connection.ts'

export interface SlowConsumersOptions {
  clock: Clock
  /** A reader that takes nothing of what waits for it for so long is cut. */
  stallMs: number
  /** Bytes that may wait for all readers together. */
  totalBufferBytes: number
}

/** The connections that have something waiting, and how long they may. */
export class SlowConsumers {
  readonly #options: SlowConsumersOptions
  /** What each reader had taken when it last took something, and when. */
  readonly #slow = new Map<Connection, { taken: number; at: number }>()

  constructor(options: SlowConsumersOptions) {
    this.#options = options
  }

  watch(connection: Connection): void {
    if (this.#slow.has(connection)) return
    this.#slow.set(connection, { taken: connection.takenBytes, at: this.#options.clock.now() })
  }

  delete(connection: Connection): void {
    this.#slow.delete(connection)
  }

  /**
   * Each reader is bounded in bytes by itself; here all are bounded in time, and in memory together: over the total, those with
   * the most waiting are cut first, since one of them makes room for many. They resume by their ids, and lose nothing.
   */
  look(): void {
    const { clock: time, stallMs, totalBufferBytes } = this.#options
    const now = time.now()
    let total = 0
    for (const [connection, last] of this.#slow) {
      const { takenBytes, waitingBytes } = connection
      if (takenBytes > last.taken) Object.assign(last, { taken: takenBytes, at: now })
      if (waitingBytes === 0) this.#slow.delete(connection)
      else if (now - last.at > stallMs) this.#disconnect(connection)
      else total += waitingBytes
    }
    if (total <= totalBufferBytes) return
    const largest = [...this.#slow.keys()].sort((a, b) => b.waitingBytes - a.waitingBytes)
    for (const connection of largest) {
      if (total <= totalBufferBytes) return
      total -= connection.waitingBytes
      this.#disconnect(connection)
    }
  }

  #disconnect(connection: Connection): void {
    this.#slow.delete(connection)
    connection.disconnect()
  }
}
