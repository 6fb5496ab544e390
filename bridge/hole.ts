/** Positions in one read. */
const MAX_FETCH = 500

/** How the bridge gets the messages between the head and a later one: it waits once for their copies, then reads the log. */
export class Hole {
  #isWaiting = false
  /** The head at which a whole wait was in vain. */
  #overdue: number | undefined
  /** The end of the last read. A message below it that the answer left out is in the log: no wait for its copy is of use. */
  #readTo = 0

  /** Whether to wait, or where to read to; undefined while a wait runs. `target` is above `head`. */
  close(head: number, target: number): 'wait' | number | undefined {
    // So far behind, the missing messages are not on their way: no wait.
    const isFar = target - head > MAX_FETCH
    if (this.#overdue === head || head < this.#readTo || isFar) {
      // Not only to the end of this hole. If all copies from one ingest are late, a hole follows every few messages, and a wait
      // for each would fall behind without end.
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

  /** No copy of what is missing below this position is waited for. */
  expect(position: number): void {
    this.#readTo = Math.max(this.#readTo, position)
  }

  /** Forgets the last wait and the last read: they mean nothing any more. */
  forget(): void {
    this.#overdue = undefined
    this.#readTo = 0
  }
}
