/** A point that the log had reached when a read was asked for. What is read must include it. */
export interface Reached {
  epoch: string
  position: number
}

/** How long a read waits for a replica to come as far as the log. */
export const WAIT_MS = 250
/** How long nobody waits after that: a replica that lags by seconds must not delay each read. */
const AVOID_MS = 1_000

/** What a replica is known to have, and what a read should do. No I/O; times in milliseconds of a clock that never runs backwards. */
export class ReplicaState {
  #seen: Reached | undefined
  #avoidUntil = -Infinity

  /**
   * `read`: it has that point. `look`: it may have it in a moment. `primary`: it is away, or too far behind. `since`: when this read
   * was asked for.
   */
  decide(reached: Reached, since: number, now: number): 'read' | 'look' | 'primary' {
    if (covers(this.#seen, reached)) return 'read'
    if (now < this.#avoidUntil) return 'primary'
    if (now - since < WAIT_MS) return 'look'
    this.#avoidUntil = now + AVOID_MS
    return 'primary'
  }

  /** It was there, at a look or with an answer. It may be another server than before, and behind. */
  seen(reached: Reached): void {
    this.#seen = reached
  }

  /** It did not answer, or less than it was known to have. */
  failed(now: number): void {
    this.#seen = undefined
    this.#avoidUntil = now + AVOID_MS
  }
}

/** Whether a server at `place` has everything up to `reached`. Positions of different epochs have nothing in common. */
export function covers(place: Reached | undefined, reached: Reached): boolean {
  return place?.epoch === reached.epoch && place.position >= reached.position
}
