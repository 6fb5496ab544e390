const PATCH_MS = 60_000

/**
 * When a pod's deletion cost is written. A ReplicaSet that shrinks takes the pods with the lowest first, so the cost is the number of
 * streams: then the fewest readers have to come back. Kubernetes asks not to write it often. So it is written once a minute at most,
 * and rounded, so that it stays the same while little changes.
 */
export class DeletionCost {
  #written: number | undefined
  #nextAt = -Infinity

  /** The cost to write now; undefined: none. Tell by `failed` if it could not be written. */
  next(streams: number, now: number): number | undefined {
    const cost = rounded(streams)
    if (now < this.#nextAt || cost === this.#written) return undefined
    this.#nextAt = now + PATCH_MS
    this.#written = cost
    return cost
  }

  failed(): void {
    this.#written = undefined
  }
}

/** Two digits are enough to tell pods apart. */
function rounded(streams: number): number {
  const step = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, streams))) - 1)
  return Math.round(streams / step) * step
}
