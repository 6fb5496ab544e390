/** What appends have shown about two clocks: this process's and the database's. */
export interface Clocks {
  /** Seconds that the database's is ahead by, at least; negative if it is behind. */
  difference: number
  /** The time of the log's last message, in milliseconds since 1970; 0 before the first append. */
  lastAt: number
}

/**
 * How far another clock is ahead, in seconds, by what it showed between two looks at this one. What may be the way there and back
 * is not counted, so a slow database does not look like a wrong clock.
 */
export function clockDifference(before: number, shown: number, after: number): number {
  if (shown < before) return (shown - before) / 1_000
  return Math.max(0, shown - after) / 1_000
}
