/** The process's own time; tests pass a clock that they move themselves. */
export interface Clock {
  /** Milliseconds; never runs backwards. */
  now: () => number
  /** Calls `task` every `ms` milliseconds; returns a function that stops it. */
  every: (ms: number, task: () => void) => () => void
}

export const clock: Clock = {
  now: () => performance.now(),
  every: (ms, task) => {
    const timer = setInterval(task, ms)
    return () => clearInterval(timer)
  },
}
