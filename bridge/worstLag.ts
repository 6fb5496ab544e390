/** Shows a number of messages. */
interface LagGauge {
  set: (messages: number) => void
}

/** One gauge for all logs of a process: each call returns the part of one log, and the gauge shows the log that is furthest behind. */
export function createWorstLag(gauge: LagGauge): () => LagGauge {
  const lags: number[] = []
  return () => {
    const index = lags.push(0) - 1
    return {
      set: (lag) => {
        lags[index] = lag
        gauge.set(Math.max(...lags))
      },
    }
  }
}
