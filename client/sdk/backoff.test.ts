import { expect, test } from '@jest/globals'
import { backoffDelay } from './backoff.ts'

const bounds = { first: 1_000, max: 30_000 }

test.each([
  { failures: 0, random: 0, wait: 0 },
  { failures: 0, random: 1, wait: 1_000 },
  { failures: 1, random: 0.5, wait: 1_000 },
  { failures: 4, random: 1, wait: 16_000 },
  { failures: 5, random: 1, wait: 30_000 },
  { failures: 5_000, random: 1, wait: 30_000 },
])('A wait after $failures failures with the random number $random is $wait ms', (row) => {
  expect(backoffDelay(row.failures, row.random, bounds)).toBe(row.wait)
})
