import { describe, expect, test } from '@jest/globals'
import { runSchedule } from './run.ts'
import type { Ablations } from './world.ts'

const SCHEDULES = 2_000

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
  }, 300_000)

  // A model that finds nothing when a part is missing would prove nothing when all are there.
  test.each<[string, Ablations]>([
    ['the head check', { headCheck: false }],
    ['the gap fill', { gapFill: false }],
    ['subscribing before reading', { subscribeFirst: false }],
  ])(
    'is broken without %s',
    (_part, ablations) => {
      expect(search(500, ablations)).toBeDefined()
    },
    60_000,
  )
})
