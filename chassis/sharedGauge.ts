/** What is set of a gauge. */
export interface Settable {
  set: (value: number) => void
}

/**
 * One gauge for all logs of a process. Each call returns the part of one log, which is 0 until it is set; `combine` makes the gauge's
 * value of the values of all.
 */
export function sharedGauge(
  gauge: Settable,
  combine: (values: readonly number[]) => number,
): () => Settable {
  const values: number[] = []
  return () => {
    const index = values.push(0) - 1
    return {
      set: (value) => {
        values[index] = value
        gauge.set(combine(values))
      },
    }
  }
}
