import type { Clock } from '../chassis/clock.ts'
import type { Logger } from '../chassis/logger.ts'

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
  readonly #stops: (() => void)[] = []
  readonly #running = new Map<Task, Promise<void>>()

  constructor(options: UpkeepOptions) {
    this.#options = options
    for (const task of options.tasks) {
      this.#stops.push(options.clock.every(task.everyMs, () => this.#start(task)))
    }
  }

  /** Waits for what is under way. */
  async close(): Promise<void> {
    for (const stop of this.#stops) stop()
    await Promise.all(this.#running.values())
  }

  #start(task: Task): void {
    if (this.#running.has(task)) return
    this.#running.set(
      task,
      this.#run(task).finally(() => this.#running.delete(task)),
    )
  }

  async #run({ what, run }: Task): Promise<void> {
    try {
      await run()
    } catch (error) {
      this.#options.logger.warn({ err: error }, `cannot ${what}`)
    }
  }
}
