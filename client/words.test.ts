import { expect, test } from '@jest/globals'
import { Unreachable } from './api.ts'
import { connectionWords, countdownWords, errorWords } from './words.ts'
import { Problem } from '../contract/problem.ts'

test.each([
  [undefined, ''],
  [1_000, ''],
  [1_001, 'in 1 s'],
  [4_500, 'in 4 s'],
])('a retry at %s, seen at 1000 ms, is counted down as "%s"', (retryAt, words) => {
  expect(countdownWords({ is: 'reconnecting', retryAt }, 1_000)).toBe(words)
})

test('a connection that is not waiting counts nothing down', () => {
  expect(countdownWords({ is: 'live' }, 0)).toBe('')
})

test('a refusal is told in words, not by its type', () => {
  const words = connectionWords({ is: 'refused', problem: new Problem('forbidden', 'no grant') })
  expect(words).toBe('You are not allowed to do this here.')
})

test.each([new Problem('too-large'), new Unreachable('cut'), new Error('a bug')])(
  '%s has words for people',
  (error) => {
    expect(errorWords(error)).toMatch(/^[A-Z].*\.$/)
  },
)
