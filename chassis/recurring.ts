import type { Clock } from './clock.ts'

/** Does something from time to time, once at a time: while a run is under way, no other begins. */
export class Recurring {
  readonly #run: () => Promise<void>
  readonly #stop: () => void
  #running: Promise<void> | undefined
  #isClosed = false

  /** `run` must not reject. */
  constructor(clock: Pick<Clock, 'every'>, everyMs: number, run: () => Promise<void>) {
    this.#run = run
    this.#stop = clock.every(everyMs, () => this.begin())
  }

  /** For a run of many steps: begin no other step. */
  get isClosed(): boolean {
    return this.#isClosed
  }

  /** Begins a run now, unless one is under way. */
  begin(): void {
    this.#running ??= this.#run().finally(() => (this.#running = undefined))
  }

  /** Waits for the run that is under way. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#stop()
    await this.#running
  }
}
