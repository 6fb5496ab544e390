import type { Clock } from '../chassis/clock.ts'
import type { Logger } from '../chassis/logger.ts'
import { Recurring } from '../chassis/recurring.ts'

export interface Task {
  /** Ends a line of the log: "cannot …". */
  what: string
  everyMs: number
  run: () => Promise<unknown>
}

export interface UpkeepOptions {
  tasks: readonly Task[]
  clock: Pick<Clock, 'every'>
  logger: Pick<Logger, 'warn'>
}

/** Does what is to be done from time to time. Each task runs once at a time; a failed one waits for its next time. */
export class Upkeep {
  readonly #options: UpkeepOptions
  readonly #recurring: Recurring[]

  constructor(options: UpkeepOptions) {
    this.#options = options
    const { tasks, clock } = options
    this.#recurring = tasks.map((task) => new Recurring(clock, task.everyMs, () => this.#run(task)))
  }

  /** Waits for what is under way. */
  async close(): Promise<void> {
    await Promise.all(this.#recurring.map((each) => each.close()))
  }

  async #run({ what, run }: Task): Promise<void> {
    try {
      await run()
    } catch (error) {
      this.#options.logger.warn({ err: error }, `cannot ${what}`)
    }
  }
}
