import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Streams that began since the last trim that make one worth its pause. */
const WORTH = 1_000
/**
 * Looks in a row with few new streams: the storm is over. V8 makes its new space small again only if little was allocated in the
 * last five seconds.
 */
const QUIET_LOOKS = 7
const QUIET_STREAMS = 50
/** One collection empties pages, the ones after it give them back. */
const COLLECTIONS = 3
/** Share of a second in which the event loop may have had work: below it, few wait for a collection. */
const IDLE = 0.2

/**
 * Gives back the memory that a storm of new streams leaves behind. Each begins with some kilobytes of garbage, and V8 collects it
 * only if it needs the room, which in a quiet process may be never: the process would look, and be scaled, as if each stream took
 * several times what it does. V8's own flags keep more of it, or cost the fan-out more. A full collection pauses for some tens of
 * milliseconds, so it comes only after a storm, once that is over, and in a second in which the event loop is mostly idle.
 */
export class HeapTrim {
  readonly #collect: () => void
  readonly #utilization: () => number
  #began = 0
  #trimmedAt = 0
  #quiet = 0
  #collected = 0

  /** `utilization`: the share of the time since it was last asked in which the event loop had work. */
  constructor(collect: () => void, utilization: () => number) {
    this.#collect = collect
    this.#utilization = utilization
  }

  /** To be called about once a second. `began`: how many streams have begun since the start. */
  look(began: number): void {
    const isIdle = this.#utilization() < IDLE
    this.#quiet = began - this.#began < QUIET_STREAMS ? this.#quiet + 1 : 0
    this.#began = began
    if (began - this.#trimmedAt < WORTH || this.#quiet < QUIET_LOOKS || !isIdle) return
    this.#collect()
    if (++this.#collected < COLLECTIONS) return
    this.#collected = 0
    this.#trimmedAt = began
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
