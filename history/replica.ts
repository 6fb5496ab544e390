import { setTimeout as sleep } from 'node:timers/promises'
import { readHeads } from './heads.ts'
import { Pool } from './pool.ts'
import type { PoolOptions } from './poolConfig.ts'
import { covers, type Reached, ReplicaState, WAIT_MS } from './replicaState.ts'

const LOOK_EVERY_MS = 25

/** An answer with the log's epoch and head of the same moment. */
export interface Snapshot<T> extends Reached {
  answer: T
}

/**
 * A copy of the database that lags. It answers only what it has: each answer proves by the log's head in it that it holds all that
 * the read must include. Otherwise the caller asks the primary.
 */
export class Replica {
  readonly #pool: Pool
  readonly #logId: number
  readonly #state = new ReplicaState()
  #looking: Promise<void> | undefined

  constructor(options: PoolOptions & { logId: number }) {
    this.#pool = new Pool({ ...options, wanted: 'any' })
    this.#logId = options.logId
  }

  /** Undefined if it is away, or does not get as far in a quarter of a second. Never rejects. */
  async read<T>(
    reached: Reached,
    work: (pool: Pool) => Promise<Snapshot<T>>,
  ): Promise<T | undefined> {
    const since = performance.now()
    for (let looks = 0; ; looks++) {
      const decision = this.#state.decide(reached, since, performance.now())
      if (decision === 'primary') return undefined
      if (decision === 'read') return this.#read(reached, work)
      // It may have just missed the newest commits. And one that hangs must not keep the read for longer.
      await Promise.race([this.#look(), sleep(WAIT_MS)])
      if (looks > 0) await sleep(LOOK_EVERY_MS)
    }
  }

  close(): Promise<void> {
    return this.#pool.close()
  }

  async #read<T>(
    reached: Reached,
    work: (pool: Pool) => Promise<Snapshot<T>>,
  ): Promise<T | undefined> {
    try {
      const { answer, epoch, position } = await work(this.#pool)
      if (covers({ epoch, position }, reached)) {
        this.#state.seen({ epoch, position })
        return answer
      }
    } catch {
      // The primary may answer; if not, its error tells more.
    }
    this.#state.failed(performance.now())
    return undefined
  }

  /** All reads that wait share one look. */
  #look(): Promise<void> {
    return (this.#looking ??= this.#lookOnce().finally(() => (this.#looking = undefined)))
  }

  async #lookOnce(): Promise<void> {
    try {
      this.#state.seen(await readHeads(this.#pool, this.#logId, [], 0))
    } catch {
      this.#state.failed(performance.now())
    }
  }
}
