import type { FaultHistory, Retreat, Row } from './records.ts'
import type { Violation } from './violation.ts'

/** Checks the log itself: positions have no hole, and each message names the one before it on its channel. */
export function checkLog({ rows, base, head, retreat }: FaultHistory): Violation[] {
  const last = rows.at(-1)?.position ?? base
  const violations = checkCourse(rows, base)
  if (retreat !== undefined) {
    violations.push(...checkCourse(retreat.rows, base), ...checkFork(retreat, rows))
  }
  if (head.position !== last) {
    violations.push({ word: 'hole', detail: `the head is ${head.position}, not ${last}` })
  }
  return violations
}

function checkCourse(rows: readonly Row[], base: number): Violation[] {
  const violations: Violation[] = []
  const report = (word: Violation['word'], detail: string) => violations.push({ word, detail })
  const lasts = new Map<string, number>()
  let expected = base
  let sentAt = 0
  for (const row of rows) {
    expected++
    if (row.position !== expected) report('hole', `${row.position} follows ${expected - 1}`)
    expected = row.position
    const last = lasts.get(row.channel)
    if (last === undefined ? row.previous > base : row.previous !== last) {
      report('hole', `${row.position} names ${row.previous} as the one before it, not ${last}`)
    }
    lasts.set(row.channel, row.position)
    if (row.sentAt < sentAt) report('time', `${row.position} is older than the one before it`)
    sentAt = row.sentAt
  }
  return violations
}

/** A log that went back has lost its end, and nothing else. */
function checkFork({ rows: former, after }: Retreat, rows: readonly Row[]): Violation[] {
  const present = new Set(rows.map(({ position, id }) => `${position} ${id}`))
  return former
    .filter(({ position, id }) => position <= after && !present.has(`${position} ${id}`))
    .map(({ position }) => ({
      word: 'lost-ack',
      detail: `${position} is gone, but the log went back only to ${after}`,
    }))
}
