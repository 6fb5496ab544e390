import type { Clock } from './clock.ts'

/** Does something from time to time, once at a time: while a run is under way, no other begins. */
export class Recurring {
  readonly #run: () => Promise<void>
  readonly #onFailing: ((error: unknown) => void) | undefined
  readonly #stop: () => void
  #running: Promise<void> | undefined
  #isFailing = false
  #isClosed = false

  /** `onFailing` is called when `run` rejects, and not again until it has resolved. Without it, `run` must not reject. */
  constructor(
    clock: Pick<Clock, 'every'>,
    everyMs: number,
    run: () => Promise<void>,
    onFailing?: (error: unknown) => void,
  ) {
    this.#run = run
    this.#onFailing = onFailing
    this.#stop = clock.every(everyMs, () => this.begin())
  }

  /** For a run of many steps: begin no other step. */
  get isClosed(): boolean {
    return this.#isClosed
  }

  /** Begins a run now, unless one is under way. */
  begin(): void {
    this.#running ??= this.#runOnce().finally(() => (this.#running = undefined))
  }

  /** Waits for the run that is under way. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#stop()
    await this.#running
  }

  async #runOnce(): Promise<void> {
    try {
      await this.#run()
      this.#isFailing = false
    } catch (error) {
      if (this.#onFailing === undefined) throw error
      if (!this.#isFailing) this.#onFailing(error)
      this.#isFailing = true
    }
  }
}
