/** How two clocks compare, as the appends show it: this process's and the database's. */
export interface Clocks {
  /** Seconds that the database's clock is ahead, at least; negative if it is behind. */
  difference: number
  /** The time of the log's last message, in milliseconds since 1970; 0 before the first append. */
  lastAt: number
}

/** Seconds that another clock is ahead if it showed a time between two looks at this one; what may be travel is left out. */
export function clockDifference(before: number, shown: number, after: number): number {
  if (shown < before) return (shown - before) / 1_000
  return Math.max(0, shown - after) / 1_000
}
