import type { LogPart } from './logPart.ts'

/**
 * The messages of several logs by their time, each as its JSON; those of one time by the numbers of their logs. They come in runs, between
 * which more is read. It ends after `limit` messages, at the end of what there is, or before the first that might come after one that a
 * log has but did not look at. And if the reader has left.
 */
export async function* mergeParts(
  parts: readonly LogPart[],
  { order, limit }: { order: 'asc' | 'desc'; limit: number },
): AsyncGenerator<string[]> {
  const ordered = [...parts].sort((one, other) => one.log - other.log)
  if (order === 'desc') ordered.reverse()
  let run: string[] = []
  for (let count = 0; count < limit; count++) {
    for (const part of ordered) {
      while (part.next === undefined && part.hasUnread) {
        if (run.length > 0) yield run
        run = []
        if (!(await part.readOn())) return
      }
      if (part.next === undefined && part.isCut) {
        if (run.length > 0) yield run
        return
      }
    }
    const first = firstOf(ordered, order)
    if (first?.next === undefined) break
    run.push(first.next.entry.json)
    first.take()
  }
  if (run.length > 0) yield run
}

/** Of those of one time the first in the list. */
function firstOf(parts: readonly LogPart[], order: 'asc' | 'desc'): LogPart | undefined {
  let first: LogPart | undefined
  for (const part of parts) {
    if (part.next === undefined) continue
    const time = first?.next?.sentAt
    const { sentAt } = part.next
    if (time === undefined || (order === 'asc' ? sentAt < time : sentAt > time)) first = part
  }
  return first
}
