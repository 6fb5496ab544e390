import { setTimeout as sleep } from 'node:timers/promises'
import { toProblem } from '../chassis/problems.ts'
import { Problem, type ProblemType } from '../contract/problem.ts'

/** They pass by themselves. */
const PASSING: readonly ProblemType[] = ['unavailable', 'overloaded', 'outcome-unknown']
const AGAIN_MS = 500
/** Of one log, by all that waits for it: more would only be refused together. */
const MOST_PER_SECOND = 400

interface Work<T> {
  log: number
  /** It is not wanted any more. */
  over: AbortSignal
  run: () => Promise<T>
  /** Whether it may wait for its log; then it leaves at the end. */
  enter: () => boolean
  leave: () => void
}

/** Repeats what a log that is away cannot do. */
export class Retries {
  /** How much waits, by log. */
  readonly #waiting = new Map<number, number>()

  /** Runs it until it succeeds, fails for good, or is over. If it may not wait, it fails as at its first try, or as `unavailable`. */
  async run<T>(work: Work<T>): Promise<T> {
    // A try may take seconds, and room that is meant for posts of other logs.
    if (this.#countOf(work.log) > 0) return this.#enter(work, new Problem('unavailable'))
    try {
      return await work.run()
    } catch (error) {
      if (!isPassing(error)) throw error
      return await this.#enter(work, error)
    }
  }

  async #enter<T>(work: Work<T>, error: unknown): Promise<T> {
    const { log, enter, leave } = work
    if (!enter()) throw error
    this.#waiting.set(log, this.#countOf(log) + 1)
    try {
      return await this.#wait(work, error)
    } finally {
      this.#waiting.set(log, this.#countOf(log) - 1)
      leave()
    }
  }

  async #wait<T>({ log, over, run }: Work<T>, firstError: unknown): Promise<T> {
    for (let last = firstError; ;) {
      const ms = Math.max(AGAIN_MS, (this.#countOf(log) / MOST_PER_SECOND) * 1_000)
      await sleep(ms, undefined, { signal: over }).catch(() => {})
      if (over.aborted) throw last
      try {
        return await run()
      } catch (error) {
        if (!isPassing(error)) throw error
        last = error
      }
    }
  }

  #countOf(log: number): number {
    return this.#waiting.get(log) ?? 0
  }
}

function isPassing(error: unknown): boolean {
  return PASSING.includes(toProblem(error).type)
}
