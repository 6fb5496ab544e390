import { setTimeout as sleep } from 'node:timers/promises'
import { toProblem } from '../chassis/problems.ts'
import { Problem, type ProblemType } from '../contract/problem.ts'

/** They pass by themselves. */
const PASSING: readonly ProblemType[] = ['unavailable', 'overloaded', 'outcome-unknown']
const AGAIN_MS = 500

/**
 * Repeats what a log that is away cannot do. For each log only so much waits at once: what waits takes the room of what is meant for
 * other logs, and without a bound nothing else would come in. With one log there is nothing else, and the bound is Infinity.
 */
export class Retries {
  readonly #mostWaiting: number
  /** By log. */
  readonly #waiting = new Map<number, number>()

  constructor(mostWaiting: number) {
    this.#mostWaiting = mostWaiting
  }

  /** Runs it until it succeeds, fails for good, or `over` aborts. Rejects with `unavailable` if enough waits for this log. */
  async run<T>(log: number, over: AbortSignal, work: () => Promise<T>): Promise<T> {
    if (this.#isFull(log)) throw new Problem('unavailable')
    try {
      return await work()
    } catch (error) {
      if (!isPassing(error) || this.#isFull(log)) throw error
      return await this.#wait(log, over, work, error)
    }
  }

  async #wait<T>(
    log: number,
    over: AbortSignal,
    work: () => Promise<T>,
    firstError: unknown,
  ): Promise<T> {
    this.#count(log, 1)
    try {
      for (let last = firstError; ;) {
        await sleep(AGAIN_MS, undefined, { signal: over }).catch(() => {})
        if (over.aborted) throw last
        try {
          return await work()
        } catch (error) {
          if (!isPassing(error)) throw error
          last = error
        }
      }
    } finally {
      this.#count(log, -1)
    }
  }

  #isFull(log: number): boolean {
    return (this.#waiting.get(log) ?? 0) >= this.#mostWaiting
  }

  #count(log: number, more: number): void {
    this.#waiting.set(log, (this.#waiting.get(log) ?? 0) + more)
  }
}

function isPassing(error: unknown): boolean {
  return PASSING.includes(toProblem(error).type)
}
