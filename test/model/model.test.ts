import { describe, expect, test } from '@jest/globals'
import { runSchedule } from './run.ts'
import type { Ablations } from './world.ts'

/** More of them: `SCHEDULES=5000 npm test -- test/model`. */
const SCHEDULES = Number(process.env['SCHEDULES'] ?? 2_000)

/** The first schedule that breaks something: its seed, to run it again, and what broke. */
function search(
  count: number,
  ablations: Ablations = {},
): { seed: number; broke: string[] } | undefined {
  for (let seed = 1; seed <= count; seed++) {
    const broke = runSchedule(seed, ablations)
    if (broke.length > 0) return { seed, broke }
  }
  return undefined
}

describe('the promise, under random faults', () => {
  test(`is kept by every one of ${SCHEDULES} schedules`, () => {
    expect(search(SCHEDULES)).toBeUndefined()
  }, 600_000)

  // A model that finds nothing when a part is missing would prove nothing when all are there.
  test.each<[string, Ablations]>([
    ['the head check', { headCheck: false, look: false }],
    ['the gap fill', { gapFill: false, look: false }],
    ['subscribing before reading', { subscribeFirst: false }],
    [
      'asking the log a question of its own for each reader from the future',
      { ownHead: false, look: false },
    ],
    ['dropping what does not prove itself', { macs: false }],
    ['linking each message to the one before', { links: false }],
    ['comparing the log with what was known of it', { compare: false }],
    ['trying a read that failed with less', { smaller: false, look: false }],
    ['telling a channel from an earlier one of the same name', { ownChannel: false }],
  ])(
    'is broken without %s',
    (_part, ablations) => {
      expect(search(2_000, ablations)).toBeDefined()
    },
    120_000,
  )
})
