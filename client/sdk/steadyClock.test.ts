import { expect, test } from '@jest/globals'
import { SteadyClock } from './steadyClock.ts'

/** A clock, and the two clocks below it, which the test moves. */
function clocks() {
  let steady = 50
  let wall = 1_000_000
  const clock = new SteadyClock({ steady: () => steady, wall: () => wall })
  const start = clock.now()
  return {
    /** The time since the start, after both clocks moved. */
    after: (steadyMs: number, wallMs: number) => {
      steady += steadyMs
      wall += wallMs
      return clock.now() - start
    },
  }
}

test('The clock goes on at the pace of the steady clock', () => {
  const { after } = clocks()
  expect([after(10, 10), after(0, 0), after(1_000, 1_001)]).toEqual([10, 10, 1_010])
})

test('Many small differences between the clocks do not add up', () => {
  const { after } = clocks()
  let time = 0
  for (let turn = 0; turn < 1_000; turn += 1) time = after(0.25, turn % 4 === 3 ? 1 : 0)
  expect(time).toBe(250)
})

test('The clock does not run backwards if the wall clock is set back, and goes on after it', () => {
  const { after } = clocks()
  expect([after(1_000, -3_600_000), after(1_000, 1_000)]).toEqual([1_000, 2_000])
})

test('The clock counts the time that the machine slept while the steady clock stood still', () => {
  const { after } = clocks()
  expect([after(0, 3_600_000), after(5, 5)]).toEqual([3_600_000, 3_600_005])
})

test('The clock counts sleep also after the wall clock was set back', () => {
  const { after } = clocks()
  after(0, -3_600_000)
  expect(after(0, 60_000)).toBe(60_000)
})
