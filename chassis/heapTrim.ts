import { Session } from 'node:inspector'

/** Streams that began since the last trim that make one worth its pause. */
const WORTH = 1_000
/** Looks in a row with few new streams: the storm is over. */
const QUIET_LOOKS = 7
const QUIET_STREAMS = 50
/** Share of a second in which the event loop may have had work: below it, few wait for a collection. */
const IDLE = 0.2

/**
 * Gives back the memory that the start and a storm of new streams leave behind. Each stream begins with some kilobytes of garbage, and V8 collects it
 * only if it needs the room, which in a quiet process may be never: the process would look, and be scaled, as if each stream took
 * several times what it does. V8's own flags keep more of it, or cost the fan-out more. It pauses for a tenth of a second,
 * so it comes only after a storm, once that is over, and in a second in which the event loop is mostly idle.
 */
export class HeapTrim {
  readonly #collect: () => void
  readonly #utilization: () => number
  #began = 0
  /** The first quiet moment is worth one too: a start leaves 20 MB behind. */
  #trimmedAt = -Infinity
  #quiet = 0

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
    this.#trimmedAt = began
  }
}

/**
 * V8's collection for a process that is short of memory. Unlike its others it also gives back the room for young objects, however
 * much is allocated meanwhile. Node offers it by its inspector, which opens no port for that.
 */
export function createCollector(): () => void {
  const session = new Session()
  session.connect()
  return () => session.post('HeapProfiler.collectGarbage')
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
