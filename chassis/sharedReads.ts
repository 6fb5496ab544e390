import { Turns } from './turns.ts'

/** A read, and those who wait for it: none any more once it was answered, or it would hold what they stand for. */
interface Read {
  answer: Promise<unknown>
  waiting: (() => boolean)[] | undefined
}

/**
 * Reads that many may ask for: the same one is made once for all who ask it, not at all if nobody waits for it any more when its
 * turn comes, and only so many are under way at a time.
 */
export class SharedReads {
  readonly #turns: Turns
  readonly #maxKept: number
  readonly #reads = new Map<string, Read>()

  constructor(maxRunning: number, maxKept: number) {
    this.#turns = new Turns(maxRunning)
    this.#maxKept = maxKept
  }

  /**
   * The answer to what `key` names, kept for `keepMs` for others who ask the same; 0 if only for those who wait already. Fails if
   * the read fails, or if `isWanted` is false for all when its turn comes.
   */
  once<T>(key: string, keepMs: number, isWanted: () => boolean, ask: () => Promise<T>): Promise<T> {
    const known = this.#reads.get(key)
    if (known !== undefined) {
      known.waiting?.push(isWanted)
      // The key names the question, and with it the type of its answer.
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
