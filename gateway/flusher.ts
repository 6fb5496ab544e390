/** What has something to write. */
export interface Flushable {
  flush: () => void
}

/**
 * Joins what is written in one turn of the event loop: everything that came with one read of the Redis socket leaves as one
 * write per stream. A lone message waits for nothing but the end of the turn that brought it.
 */
export class Flusher {
  readonly #dirty: Flushable[] = []
  readonly #flush = (): void => {
    for (const each of this.#dirty.splice(0)) each.flush()
  }

  add(flushable: Flushable): void {
    if (this.#dirty.push(flushable) === 1) setImmediate(this.#flush)
  }
}
