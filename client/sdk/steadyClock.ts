/** The two clocks of a machine, in milliseconds. */
export interface Clocks {
  /** Never runs backwards, but may stand still while the machine sleeps. */
  steady: () => number
  /** Goes on while the machine sleeps, but people and networks set it. */
  wall: () => number
}

/** If the wall clock gains more than this on the steady one, the machine has slept. Less than this is how clocks differ. */
const SLEEP_MS = 1_000

/** Milliseconds that never run backwards, and count the time that a machine sleeps. */
export class SteadyClock {
  readonly #clocks: Clocks
  #slept = 0
  #lead: number

  constructor(clocks: Clocks = { steady: () => performance.now(), wall: () => Date.now() }) {
    this.#clocks = clocks
    this.#lead = clocks.wall() - clocks.steady()
  }

  now(): number {
    const steady = this.#clocks.steady()
    const lead = this.#clocks.wall() - steady
    const gained = lead - this.#lead
    // A wall clock that was set forward looks like sleep. That costs one reconnect; the other way round would cost messages.
    if (gained > SLEEP_MS) this.#slept += gained
    if (gained > SLEEP_MS || gained < 0) this.#lead = lead
    return steady + this.#slept
  }
}
