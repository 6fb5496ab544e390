import type { Pool } from '../../history/pool.ts'
import { appendBefore } from './oldSchema.ts'

/** Posts and reads that continue while something else happens. */
export class AppendLoad {
  readonly #pool: Pool
  readonly #callers: number
  readonly #batch: number
  #next = 1

  /** `callers` sessions append batches of `batch` messages, one after the other; one more session reads. */
  constructor(pool: Pool, callers: number, batch: number) {
    this.#pool = pool
    this.#callers = callers
    this.#batch = batch
  }

  /** Posts and reads until `task` is done. Returns the figures. */
  async during(task: () => Promise<unknown>): Promise<Record<string, number>> {
    const done = new AbortController()
    const posts = new Calls(done.signal)
    const reads = new Calls(done.signal)
    const began = performance.now()
    const running = [
      ...Array.from({ length: this.#callers }, () => posts.repeat(() => this.#append())),
      reads.repeat(() => this.#pool.query(READ, [])),
    ]
    await task().finally(() => done.abort())
    await Promise.all(running)
    const seconds = (performance.now() - began) / 1_000
    return {
      'posts/s': (posts.succeeded * this.#batch) / seconds,
      'posts that failed': posts.failed * this.#batch,
      'longest wait of a post, ms': posts.longest,
      'reads that failed': reads.failed,
      'longest wait of a read, ms': reads.longest,
    }
  }

  #append(): Promise<void> {
    const first = this.#next
    this.#next += this.#batch
    return appendBefore(
      this.#pool,
      Array.from({ length: this.#batch }, (_, at) => first + at),
    )
  }
}

const READ = `select "data"::text from "message" where "log_id" = 0 and "position" = 1`

/** Counts the outcomes of calls that follow each other, and the longest one. */
class Calls {
  succeeded = 0
  failed = 0
  longest = 0
  readonly #until: AbortSignal

  constructor(until: AbortSignal) {
    this.#until = until
  }

  async repeat(call: () => Promise<unknown>): Promise<void> {
    while (!this.#until.aborted) {
      const began = performance.now()
      await call().then(
        () => (this.succeeded += 1),
        () => (this.failed += 1),
      )
      this.longest = Math.max(this.longest, performance.now() - began)
    }
  }
}
