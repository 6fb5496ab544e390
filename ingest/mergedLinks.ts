import type { LogPart } from './logPart.ts'
import { formatPositions } from './logPositions.ts'

/** Where a page over several logs goes on, as `before` or `after` of the same query. */
export interface MergedLinks {
  /** In its order; undefined if there are no more. */
  next: string | undefined
  /** From its first message in the opposite order; undefined if it begins where its order begins, and on an empty page. */
  prev: string | undefined
}

/** Of a page whose messages were taken from the parts. */
export function mergedLinks(parts: readonly LogPart[], order: 'asc' | 'desc'): MergedLinks {
  const isMore = parts.some((part) => part.next !== undefined || part.hasUnread || part.isCut)
  const isEmpty = parts.every(({ firstTaken }) => firstTaken === undefined)
  const isStart = parts.every(
    ({ query }) => (order === 'asc' ? query.after : query.before) === undefined,
  )
  const on = order === 'asc' ? afterOf : beforeOf
  const back = order === 'asc' ? beforeFirst : afterFirst
  return {
    next: isMore ? textOf(parts, on) : undefined,
    prev: isEmpty || isStart ? undefined : textOf(parts, back),
  }
}

function textOf(parts: readonly LogPart[], of: (part: LogPart) => number): string {
  return formatPositions(new Map(parts.map((part) => [part.log, of(part)])))
}

/** Whether the query has nothing that was not taken, but for what it did not look at. */
function isTaken(part: LogPart): boolean {
  return part.next === undefined && !part.hasUnread
}

function afterOf(part: LogPart): number {
  const begun = part.lastTaken ?? part.query.after ?? 0
  return isTaken(part) ? (part.end ?? begun) : begun
}

function beforeOf(part: LogPart): number {
  const { query, first, lastTaken } = part
  // Whatever is posted between two pages is on neither of them.
  const begun = lastTaken ?? query.before ?? first.head + 1
  if (!isTaken(part)) return begun
  return part.isCut ? (part.end ?? begun) : (lastTaken ?? 0)
}

/** All between the page's first message and the query's own bound is of other channels. */
function afterFirst({ firstTaken, query, first }: LogPart): number {
  return firstTaken ?? (query.before === undefined ? first.head : Math.max(0, query.before - 1))
}

function beforeFirst({ firstTaken, query }: LogPart): number {
  return firstTaken ?? (query.after ?? -1) + 1
}
