/** Positions fetched in one read. */
const MAX_FETCH = 500

/** How the messages between the head and a later one are got: by one wait for their copies, then by reading the log. */
export class Hole {
  #isWaiting = false
  /** The head that stood before a hole for a whole waiting time. */
  #overdue: number | undefined
  /** The end of the last read. What its answer leaves out below this is in the log: waiting for its copy is no use. */
  #readTo = 0

  /** To wait, or where to read to; undefined while that is waited for. `target` is above `head`. */
  close(head: number, target: number): 'wait' | number | undefined {
    // So far behind that the missing ones are not on their way: no waiting.
    const isFar = target - head > MAX_FETCH
    if (this.#overdue === head || head < this.#readTo || isFar) {
      // Not only to the end of this hole: if all that one ingest publishes is late, every few messages are followed by
      // the next hole, and a wait for each would fall behind without end.
      return (this.#readTo = Math.min(target, head + MAX_FETCH))
    }
    if (this.#isWaiting) return undefined
    this.#isWaiting = true
    return 'wait'
  }

  waited(head: number): void {
    this.#isWaiting = false
    this.#overdue = head
  }

  /** What was read or waited for says nothing any more. */
  forget(): void {
    this.#overdue = undefined
    this.#readTo = 0
  }
}
