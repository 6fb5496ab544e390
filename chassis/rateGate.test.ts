import { expect, test } from '@jest/globals'
import { RateGate } from './rateGate.ts'

test('A gate lets so many pass in a second, and as many again in the next', () => {
  let now = 1_000
  const gate = new RateGate(2)
  const passed = () => [gate.pass(now), gate.pass(now), gate.pass(now)]
  expect(passed()).toEqual([true, true, false])
  now = 1_999
  expect(gate.pass(now)).toBe(false)
  now = 2_000
  expect(passed()).toEqual([true, true, false])
  // A clock that is set back begins another second too.
  now = 500
  expect(passed()).toEqual([true, true, false])
})
