import type { World } from './world.ts'

const MAX_STALL_MS = 6_000

/** The network between a gateway and one reader: in order, with delay, and now and then the reader reads nothing for seconds. */
export class Pipe {
  readonly #world: World
  #arrival = 0
  #underway = 0
  #isCut = false
  readonly #waiting: (() => void)[] = []

  constructor(world: World) {
    this.#world = world
  }

  send(arrive: () => void): void {
    const { clock, random } = this.#world
    // However much is on its way, a reader that stalls does so once.
    const stall = this.#world.mishap(0.01)
      ? random.between(500, MAX_STALL_MS)
      : random.between(0, 5)
    this.#arrival = Math.max(this.#arrival, clock.now + stall)
    this.#underway++
    clock.after(this.#arrival - clock.now, () => {
      this.#underway--
      if (!this.#isCut) arrive()
      if (this.#underway === 0) this.#drained()
    })
  }

  /** The last thing that arrives, also on a pipe that is cut: a reader notices either. */
  end(arrive: () => void): void {
    const { clock } = this.#world
    clock.after(Math.max(0, this.#isCut ? 0 : this.#arrival - clock.now), arrive)
  }

  cut(): void {
    this.#isCut = true
    this.#drained()
  }

  whenEmpty(run: () => void): void {
    if (this.#underway === 0 || this.#isCut) this.#world.clock.after(0, run)
    else this.#waiting.push(run)
  }

  #drained(): void {
    for (const run of this.#waiting.splice(0)) run()
  }
}
