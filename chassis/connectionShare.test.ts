import { expect, test } from '@jest/globals'
import { connectionShare } from './connectionShare.ts'

const logs = 'aabaaaaa'.split('').map((DATABASE_URL) => ({ DATABASE_URL }))

test.each([
  [10, 'b', 10],
  [70, 'a', 10],
  [20, 'a', 4],
  [10, 'elsewhere', 10],
])('of %d connections a log in database %s may have %d', (all, databaseUrl, share) => {
  expect(connectionShare({ DATABASE_CONNECTIONS: all }, logs, databaseUrl, 4)).toBe(share)
})
