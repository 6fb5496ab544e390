import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Streams that began since the last trim that make one worth its pause. */
const WORTH = 1_000
/** Looks in a row without many new streams: the storm is over. */
const QUIET_LOOKS = 3
const QUIET_STREAMS = 50
/** One collection empties pages, the ones after it give them back. */
const COLLECTIONS = 3

/**
 * Gives back the memory that a storm of new streams leaves behind. Each request costs tens of kilobytes of garbage, and V8
 * collects it only when it needs the room, which in a quiet gateway may be never: it would look, and be scaled, as if each
 * stream took four times what it does. A full collection pauses for some tens of milliseconds, hence only after a storm and
 * only once it is over.
 */
export class HeapTrim {
  readonly #collect: () => void
  #began = 0
  #sinceLook = 0
  #quiet = 0

  constructor(collect: () => void) {
    this.#collect = collect
  }

  /** A stream has begun. */
  count(): void {
    this.#began++
    this.#sinceLook++
  }

  /** To be called about once a second. */
  look(): void {
    this.#quiet = this.#sinceLook < QUIET_STREAMS ? this.#quiet + 1 : 0
    this.#sinceLook = 0
    if (this.#began < WORTH || this.#quiet < QUIET_LOOKS) return
    this.#collect()
    if (this.#quiet >= QUIET_LOOKS + COLLECTIONS - 1) this.#began = 0
  }
}

/** V8's full collection, which Node offers only behind a flag: one that can also be set from inside. */
export function exposedCollector(): () => void {
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('gc')
  return () => {
    if (typeof collect === 'function') collect()
  }
}
