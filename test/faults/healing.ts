import { beginnings, isTaken } from './checkPosts.ts'
import type { FaultHistory } from './records.ts'

/** A delivery later than this after its commit is late. */
export const LATE_MS = 1_000
/** After a fault has ended, what is committed in this time still shows whether the system is well. */
const WATCHED_MS = 2_000

export interface Recovery {
  worstDelayMs: number
  /** From the end of the fault until deliveries were level with the log again, and posts were taken. */
  recoveryMs: number
}

/**
 * A reader is level with the log at a moment when it has everything that was committed a second before. So it is level again
 * with the last delivery that came late, of those committed up to two seconds after the fault had ended.
 */
export function measureRecovery(history: FaultHistory): Recovery {
  const { chains, posts, fault } = history
  const commits = commitTimes(history)
  let worstDelayMs = 0
  let levelAt = fault.to
  for (const { records, isFast } of chains) {
    if (!isFast) continue
    for (const record of records) {
      if (record.t !== 'message' || record.repeat === true) continue
      const committed = commits.get(record.id)
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
    if (!isTaken(post) && isBegunSoon) levelAt = Math.max(levelAt, post.at + post.ms)
  }
  return { worstDelayMs, recoveryMs: levelAt - fault.to }
}

/** Of each message, by its id. The database's clock may be wrong, so it counts only between a message's first post and its answer. */
function commitTimes({ rows, retreat, posts }: FaultHistory): Map<string, number> {
  const begun = beginnings(posts)
  const answered = new Map<string, number>()
  for (const { key, at, ms } of posts.filter(isTaken)) {
    answered.set(key, Math.min(at + ms, answered.get(key) ?? Infinity))
  }
  return new Map(
    [...(retreat?.rows ?? []), ...rows].map(({ id, key, sentAt }) => {
      const [from, to] = [begun.get(key ?? ''), answered.get(key ?? '')]
      return [id, Math.min(Math.max(sentAt, from ?? sentAt), to ?? Infinity)]
    }),
  )
}
