/** Time as it passes here; a test passes it by itself. */
export interface Clock {
  /** Milliseconds; only runs forwards. */
  now: () => number
  /** Calls `task` every `ms` milliseconds, until what it returns is called. */
  every: (ms: number, task: () => void) => () => void
}

export const clock: Clock = {
  now: () => performance.now(),
  every: (ms, task) => {
    const timer = setInterval(task, ms)
    return () => clearInterval(timer)
  },
}
