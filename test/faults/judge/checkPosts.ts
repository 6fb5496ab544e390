import type { FaultHistory, PostRecord, Row } from './records.ts'
import type { Violation } from './violation.ts'

export interface PostLimits {
  /** How far a message's time may lie outside the time between its first post and its answer. */
  sentWithinMs: number
  /** The time of a message may be wrong until the fault is over. */
  mayMistime?: boolean
}

/** Compares every answer with the log, and the log with every post. */
export function checkPosts(history: FaultHistory, limits: PostLimits): Violation[] {
  const { posts, rows, retreat } = history
  const attempted = new Map(posts.map((post) => [post.key, post]))
  const lost = retreat?.rows.filter(({ position }) => position > retreat.after) ?? []
  return [
    ...checkAnswers(posts, rows, lost),
    ...checkRows(rows, attempted),
    ...checkRows(lost, attempted),
    ...checkTimes(history, limits),
  ]
}

/** A message that the log lost when it went back may have one answer from before, and one from after. */
function checkAnswers(
  posts: readonly PostRecord[],
  rows: readonly Row[],
  lost: readonly Row[],
): Violation[] {
  const violations: Violation[] = []
  const lostIds = new Set(lost.map(({ id }) => id))
  const byId = new Map([...lost, ...rows].map((row) => [row.id, row]))
  const first = new Map<string, PostRecord>()
  for (const post of posts) {
    if (!isTaken(post)) continue
    violations.push(...checkAck(post, byId.get(post.id ?? '')))
    const name = `${lostIds.has(post.id ?? '') ? 'lost' : 'there'} ${post.key}`
    const before = first.get(name)
    if (before === undefined) first.set(name, post)
    else if (before.id !== post.id || before.position !== post.position) {
      const detail = `key ${post.key} was answered with ${before.position} and with ${post.position}`
      violations.push({ word: 'idempotency', detail })
    }
  }
  return violations
}

function checkRows(rows: readonly Row[], attempted: ReadonlyMap<string, PostRecord>): Violation[] {
  const violations: Violation[] = []
  const keys = new Map<string, Row>()
  for (const row of rows) {
    // A message without a key goes by its id.
    const key = row.key ?? row.id
    const twin = keys.get(key)
    if (twin !== undefined) {
      const detail = `key ${key} is at ${twin.position} and at ${row.position}`
      violations.push({ word: 'idempotency', detail })
    }
    keys.set(key, row)
    const post = attempted.get(key)
    if (post === undefined || post.hash !== row.hash || post.channel !== row.channel) {
      violations.push({ word: 'phantom', detail: `nobody posted the message at ${row.position}` })
    } else if (post.outcome === 'refused') {
      violations.push({ word: 'phantom', detail: `${row.position} was refused (${post.status})` })
    }
  }
  return violations
}

function checkTimes({ posts, rows, fault }: FaultHistory, limits: PostLimits): Violation[] {
  const begun = beginnings(posts)
  const sentAt = new Map(rows.map((row) => [row.id, row.sentAt]))
  return posts.flatMap((post) => {
    const time = sentAt.get(post.id ?? '')
    const from = begun.get(post.key) ?? post.at
    if (!isTaken(post) || time === undefined) return []
    if (limits.mayMistime === true && from < fault.to) return []
    const off = Math.max(from - time, post.outcome === 'created' ? time - post.at - post.ms : 0)
    if (off <= limits.sentWithinMs) return []
    return [{ word: 'time' as const, detail: `the time of ${post.position} is ${off} ms off` }]
  })
}

/** The time of the first post of each key. */
export function beginnings(posts: readonly PostRecord[]): Map<string, number> {
  const begun = new Map<string, number>()
  for (const { key, at } of posts) begun.set(key, Math.min(at, begun.get(key) ?? Infinity))
  return begun
}

export function isTaken({ outcome }: PostRecord): boolean {
  return outcome === 'created' || outcome === 'repeated'
}

function checkAck(post: PostRecord, row: Row | undefined): Violation[] {
  const name = `${post.channel} ${post.position} (key ${post.key})`
  if (row === undefined || row.position !== post.position || row.channel !== post.channel) {
    return [{ word: 'lost-ack', detail: `${name} was acknowledged and is missing` }]
  }
  if (row.hash !== post.hash) {
    return [{ word: 'inconsistent', detail: `${name} is stored with another body` }]
  }
  return []
}
