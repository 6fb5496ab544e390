import type { FaultHistory } from './records.ts'

/** A delivery later than this after its commit is late. */
export const LATE_MS = 1_000
/** After a fault has ended, what is committed in this time still shows whether the system is well. */
const WATCHED_MS = 2_000

export interface Healing {
  worstDelayMs: number
  /** From the end of the fault until deliveries were level with the log again, and posts were taken. */
  healMs: number
}

/**
 * A reader is level with the log at a moment when it has everything that was committed a second before. So it is level again
 * with the last delivery that came late, of those committed up to two seconds after the fault had ended.
 */
export function measureHealing({ chains, rows, posts, fault }: FaultHistory): Healing {
  const sentAt = new Map(rows.map((row) => [`${row.epoch} ${row.position}`, row.sentAt]))
  let worstDelayMs = 0
  let levelAt = fault.to
  for (const { records, isFast } of chains) {
    if (!isFast) continue
    for (const record of records) {
      if (record.t !== 'message' || record.repeat === true) continue
      const committed = sentAt.get(`${record.epoch} ${record.position}`)
      // What had been there before the reader asked for it is not late.
      if (committed === undefined || committed < fault.from - LATE_MS) continue
      const delay = record.at - committed
      worstDelayMs = Math.max(worstDelayMs, delay)
      if (delay > LATE_MS && committed < fault.to + WATCHED_MS) {
        levelAt = Math.max(levelAt, record.at)
      }
    }
  }
  for (const post of posts) {
    const isBegunSoon = post.at < fault.to + WATCHED_MS
    const isTaken = post.outcome === 'created' || post.outcome === 'repeated'
    if (!isTaken && isBegunSoon) levelAt = Math.max(levelAt, post.at + post.ms)
  }
  return { worstDelayMs, healMs: levelAt - fault.to }
}
