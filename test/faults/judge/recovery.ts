import { beginnings, isTaken } from './checkPosts.ts'
import type { FaultHistory } from './records.ts'

/** A delivery later than this after its commit is late. */
const LATE_MS = 1_000
/** Commits within this time after the fault still count for recovery. */
const WATCHED_MS = 2_000

/** Before the fault the machine shows how late a message is without one: in this time before it, when all readers have begun. */
const CALM_MS = 4_000

export interface Recovery {
  worstDelayMs: number
  /** The worst delay before the fault. */
  calmDelayMs: number
  /** From the end of the fault until deliveries kept up with the log again, and posts were accepted. */
  recoveryMs: number
}

/**
 * A reader keeps up with the log at a moment if it has every message committed at least a second before. So recovery ends with the
 * last late delivery among the messages committed up to two seconds after the fault.
 */
export function measureRecovery(history: FaultHistory): Recovery {
  const { chains, posts, fault } = history
  const commits = commitTimes(history)
  let worstDelayMs = 0
  let calmDelayMs = 0
  let levelAt = fault.to
  for (const { records, isFast } of chains) {
    if (!isFast) continue
    for (const record of records) {
      if (record.t !== 'message' || record.repeat === true) continue
      const committed = commits.get(record.id)
      // A message that was older when the reader asked for it is not late.
      if (committed === undefined || committed < fault.from - CALM_MS) continue
      const delay = record.at - committed
      if (committed < fault.from - LATE_MS) {
        calmDelayMs = Math.max(calmDelayMs, delay)
        continue
      }
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
  return { worstDelayMs, calmDelayMs, recoveryMs: levelAt - fault.to }
}

/** Commit times by message id. The database's clock may be wrong, so its time counts only between a message's first post and its answer. */
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
