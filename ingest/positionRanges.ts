import type { PositionRange } from '../history/retention.ts'

/** The same positions in ascending ranges without overlaps. */
export function joined(ranges: readonly PositionRange[]): PositionRange[] {
  const result: PositionRange[] = []
  for (const range of ranges.toSorted((one, other) => one.after - other.after)) {
    const last = result.at(-1)
    if (last === undefined || last.upTo < range.after) result.push({ ...range })
    else last.upTo = Math.max(last.upTo, range.upTo)
  }
  return result
}
