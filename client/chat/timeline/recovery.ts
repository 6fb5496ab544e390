import type { Connection } from '../../sdk/connection.ts'

/** What was missed comes right after the connection is back. */
const MISSED_MS = 1_500

/** So long a reader can read what was recovered. */
const SHOWN_MS = 8_000

/** Counts what came when the connection was back. */
export class Recovery {
  readonly #changed: () => void
  #wasLive = false
  #broken = false
  #count: number | undefined
  #counting = false
  #timers: ReturnType<typeof setTimeout>[] = []

  constructor(changed: () => void) {
    this.#changed = changed
  }

  /** How many messages came after the connection was back; undefined if there is nothing to tell. */
  get count(): number | undefined {
    return this.#broken ? undefined : this.#count
  }

  /** Another channel is opened. */
  begin(): void {
    this.close()
    this.#wasLive = false
    this.#broken = false
    this.#count = undefined
  }

  connection({ is }: Connection): void {
    if (is !== 'live') {
      this.#broken = this.#wasLive
      return
    }
    if (this.#broken) this.#start()
    this.#wasLive = true
    this.#broken = false
  }

  arrived(): void {
    if (this.#counting) this.#count = (this.#count ?? 0) + 1
  }

  close(): void {
    for (const timer of this.#timers.splice(0)) clearTimeout(timer)
    this.#counting = false
  }

  #start(): void {
    this.close()
    this.#count = 0
    this.#counting = true
    this.#timers = [
      setTimeout(() => {
        this.#counting = false
        this.#changed()
      }, MISSED_MS),
      setTimeout(() => {
        this.#count = undefined
        this.#changed()
      }, SHOWN_MS),
    ]
  }
}
