import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Streams that began since the last trim that make one worth its pause. */
const WORTH = 1_000
/** Looks in a row without many new streams: the storm is over. */
const QUIET_LOOKS = 3
const QUIET_STREAMS = 50
/** One collection empties pages, the ones after it give them back. */
const COLLECTIONS = 3
/** Share of a second in which the event loop may have had work: below it, few wait for a collection. */
const IDLE = 0.2

/**
 * Gives back the memory that a storm of new streams leaves behind. Each request costs tens of kilobytes of garbage, and V8
 * collects it only when it needs the room, which in a quiet gateway may be never: it would look, and be scaled, as if each
 * stream took four times what it does. A full collection pauses for some tens of milliseconds, hence only after a storm, only
 * once it is over, and rather in a second in which little is sent.
 */
export class HeapTrim {
  readonly #collect: () => void
  readonly #utilization: () => number
  #began = 0
  #sinceLook = 0
  #quiet = 0
  #collected = 0

  /** `utilization`: the share of the time since it was last asked in which the event loop had work. */
  constructor(collect: () => void, utilization: () => number) {
    this.#collect = collect
    this.#utilization = utilization
  }

  /** A stream has begun. */
  count(): void {
    this.#began++
    this.#sinceLook++
  }

  /** To be called about once a second. */
  look(): void {
    const isIdle = this.#utilization() < IDLE
    this.#quiet = this.#sinceLook < QUIET_STREAMS ? this.#quiet + 1 : 0
    this.#sinceLook = 0
    if (this.#began < WORTH || this.#quiet < QUIET_LOOKS) return
    if (!isIdle) return
    this.#collect()
    if (++this.#collected < COLLECTIONS) return
    this.#collected = 0
    this.#began = 0
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

/** The share of the time since it was last called in which the event loop of this thread had work. */
export function loopUtilization(): () => number {
  let last = performance.eventLoopUtilization()
  return () => {
    const now = performance.eventLoopUtilization()
    const { utilization } = performance.eventLoopUtilization(now, last)
    last = now
    return utilization
  }
}
