import { describe, expect, test } from '@jest/globals'
import { runSchedule } from './run.ts'
import type { Ablations } from './world.ts'

/** For more schedules: `SCHEDULES=5000 npm test -- test/model`. */
const SCHEDULES = Number(process.env['SCHEDULES'] ?? 250)

/** The first schedule that breaks the promise: its seed, to run it again, and the breaches. */
function search(
  count: number,
  ablations: Ablations = {},
  logs?: number,
): { seed: number; broke: string[] } | undefined {
  for (let seed = 1; seed <= count; seed++) {
    const broke = runSchedule(seed, ablations, logs)
    if (broke.length > 0) return { seed, broke }
  }
  return undefined
}

describe('the model of the promise', () => {
  test(`the promise holds in each of ${SCHEDULES} schedules of random faults`, () => {
    expect(search(SCHEDULES)).toBeUndefined()
  }, 600_000)

  // If the model found nothing without a part of the mechanism, its silence with all parts would prove nothing.
  test.each<[string, Ablations]>([
    ['the head check', { headCheck: false, look: false }],
    ['the gap fill', { gapFill: false, look: false }],
    ['subscribing before reading', { subscribeFirst: false }],
    [
      'a separate question to the log for each reader from the future',
      { ownHead: false, look: false },
    ],
    ['dropping copies without a valid MAC', { macs: false }],
    ['the link from each message to the one before', { links: false }],
    ['comparing the log with its earlier state', { compare: false }],
    ['repeating a failed read with a smaller size', { smaller: false, look: false }],
    ['forgetting, in a gateway, what was before a deletion', { gatewayForgets: false }],
    ['forgetting, in Redis, what was before a deletion', { redisForgets: false }],
    ['distinguishing a channel from an earlier one of the same name', { ownChannel: false }],
  ])(
    'the promise breaks without %s',
    (_part, ablations) => {
      // With one log, in which all faults meet.
      expect(search(2_000, ablations, 1)).toBeDefined()
    },
    120_000,
  )

  // Only with several logs: a stream over one log names no other.
  test('the promise breaks if an id claims, of other logs, what the gateway has instead of what was sent', () => {
    expect(search(2_000, { ownPlaces: false }, 4)).toBeDefined()
    expect(search(50, { ownPlaces: false }, 1)).toBeUndefined()
  }, 120_000)
})
