import { expect, test } from '@jest/globals'
import { clockDifference } from './clocks.ts'

test.each([
  [1_000, 1_000, 1_000, 0],
  [1_000, 1_200, 3_000, 0],
  [1_000, 3_000, 3_000, 0],
  [1_000, 3_500, 3_000, 0.5],
  [1_000, 500, 3_000, -0.5],
  [1_000, 31_536_001_000, 1_000, 31_536_000],
])('after %d ms a clock showed %d ms, before %d ms: it is %d s ahead', (...given) => {
  const [before, shown, after, expected] = given
  expect(clockDifference(before, shown, after)).toBe(expected)
})
