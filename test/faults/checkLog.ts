import type { FaultHistory, PostRecord, Row } from './records.ts'
import type { Violation } from './violation.ts'

/** The log by itself: positions without a hole, and each message naming the one before it on its channel. */
export function checkLog({ rows, base, head }: FaultHistory): Violation[] {
  const violations: Violation[] = []
  for (const epoch of new Set(rows.map((row) => row.epoch))) {
    const lasts = new Map<string, number>()
    let expected = base
    for (const row of rows.filter((each) => each.epoch === epoch)) {
      expected++
      if (row.position !== expected) {
        violations.push({
          word: 'hole',
          detail: `${epoch}: ${row.position} follows ${expected - 1}`,
        })
        expected = row.position
      }
      const last = lasts.get(row.channel)
      if (last === undefined ? row.previous > base : row.previous !== last) {
        const detail = `${row.position} names ${row.previous} as the one before it, not ${last}`
        violations.push({ word: 'hole', detail })
      }
      lasts.set(row.channel, row.position)
    }
    if (epoch === head.epoch && head.position !== expected) {
      violations.push({ word: 'hole', detail: `the head is ${head.position}, not ${expected}` })
    }
  }
  return violations
}

/** Every answer against the log, and the log against everything that was ever posted. */
export function checkPosts({ posts, rows }: FaultHistory): Violation[] {
  const violations: Violation[] = []
  const byId = new Map(rows.map((row) => [row.id, row]))
  const first = new Map<string, PostRecord>()
  const attempted = new Map<string, PostRecord>()
  for (const post of posts) {
    attempted.set(post.key, post)
    if (post.outcome !== 'created' && post.outcome !== 'repeated') continue
    violations.push(...checkAck(post, byId.get(post.id ?? '')))
    const before = first.get(post.key)
    if (before === undefined) first.set(post.key, post)
    else if (before.id !== post.id || before.position !== post.position) {
      const detail = `key ${post.key} was answered with ${before.position} and with ${post.position}`
      violations.push({ word: 'idempotency', detail })
    }
  }
  const keys = new Map<string, Row>()
  for (const row of rows) {
    const twin = keys.get(`${row.epoch} ${row.key}`)
    if (twin !== undefined) {
      const detail = `key ${row.key} is at ${twin.position} and at ${row.position}`
      violations.push({ word: 'idempotency', detail })
    }
    keys.set(`${row.epoch} ${row.key}`, row)
    const post = attempted.get(row.key ?? '')
    if (post === undefined || post.hash !== row.hash || post.channel !== row.channel) {
      violations.push({ word: 'phantom', detail: `nobody posted what is at ${row.position}` })
    } else if (post.outcome === 'refused') {
      violations.push({ word: 'phantom', detail: `${row.position} was refused (${post.status})` })
    }
  }
  return violations
}

function checkAck(post: PostRecord, row: Row | undefined): Violation[] {
  const name = `${post.channel} ${post.position} (key ${post.key})`
  if (row === undefined || row.position !== post.position || row.channel !== post.channel) {
    return [{ word: 'lost-ack', detail: `${name} was acknowledged and is not there` }]
  }
  if (row.hash !== post.hash) {
    return [{ word: 'inconsistent', detail: `${name} is stored with another body` }]
  }
  return []
}
