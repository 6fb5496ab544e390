import type { Clock } from '../../chassis/clock.ts'

interface Timer {
  ms: number
  next: number
  task: () => void
}

/** Time that passes when the test says so. */
export class VirtualClock implements Clock {
  readonly timers = new Set<Timer>()
  #now = 0

  readonly now = (): number => this.#now

  readonly every = (ms: number, task: () => void): (() => void) => {
    const timer = { ms, next: this.#now + ms, task }
    this.timers.add(timer)
    return () => void this.timers.delete(timer)
  }

  /** Runs all timers that are due until then, in their order. */
  pass(ms: number): void {
    const end = this.#now + ms
    for (;;) {
      let first: Timer | undefined
      for (const timer of this.timers) {
        if (timer.next <= end && timer.next < (first?.next ?? Infinity)) first = timer
      }
      if (first === undefined) break
      this.#now = first.next
      first.next += first.ms
      first.task()
    }
    this.#now = end
  }

  /** Blocks all timers for a while; each due one runs once after that. */
  hold(ms: number): void {
    this.#now += ms
    for (const timer of this.timers) timer.next = Math.max(timer.next, this.#now)
  }
}
