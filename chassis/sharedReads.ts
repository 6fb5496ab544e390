import { Turns } from './turns.ts'

/** A read and its callers. Answered, it has none: they would keep in memory what they stand for. */
interface Read {
  answer: Promise<unknown>
  waiting: (() => boolean)[] | undefined
}

/** Shares reads: callers with the same question get one. Only so many run at a time, and an unwanted one is skipped. */
export class SharedReads {
  readonly #turns: Turns
  readonly #maxKept: number
  readonly #reads = new Map<string, Read>()

  constructor(maxRunning: number, maxKept: number) {
    this.#turns = new Turns(maxRunning)
    this.#maxKept = maxKept
  }

  /**
   * The answer to the question `key`, kept for `keepMs` for later callers; with 0, only callers that already wait share it.
   * Rejects if the read fails, or if `isWanted` is false for all callers when its turn comes.
   */
  once<T>(key: string, keepMs: number, isWanted: () => boolean, ask: () => Promise<T>): Promise<T> {
    const known = this.#reads.get(key)
    if (known !== undefined) {
      known.waiting?.push(isWanted)
      // The key identifies the question, and so the type of its answer.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      return known.answer as Promise<T>
    }
    const waiting = [isWanted]
    const answer = this.#inTurn(waiting, ask)
    const read: Read = { answer, waiting }
    this.#reads.set(key, read)
    const forget = (): void => void this.#reads.delete(key)
    const keep = (): void => {
      read.waiting = undefined
      if (keepMs === 0 || this.#reads.size > this.#maxKept) forget()
      else setTimeout(forget, keepMs).unref()
    }
    answer.then(keep, forget)
    return answer
  }

  #inTurn<T>(waiting: readonly (() => boolean)[], ask: () => Promise<T>): Promise<T> {
    return this.#turns.take(async () => {
      if (!waiting.some((isWanted) => isWanted())) throw new Error('nobody waits for it any more')
      return ask()
    })
  }
}
