import { describe, expect, test } from '@jest/globals'
import { type KeyTimes, nextKeyIn, publishedKeys, signingKey } from './keyPlan.ts'

const TIMES: KeyTimes = { publishAhead: 10, life: 100, keep: 20 }
const keysFrom = (...times: number[]) => times.map((signsFrom) => ({ signsFrom }))

describe('the next key', () => {
  test.each([
    ['signs at once if there is none', keysFrom(), 0, 0],
    ['is not made before its time', keysFrom(0), 89, undefined],
    ['is made so long before that everybody knows it', keysFrom(0), 90, 10],
    ['is known as long before it signs if its time has passed', keysFrom(0), 5_000, 10],
    ['is not made twice', keysFrom(0, 100), 95, undefined],
  ])('%s', (_what, keys, now, expected) => {
    expect(nextKeyIn(keys, now, TIMES)).toBe(expected)
  })
})

test('the key that signs is the newest whose time has come', () => {
  const keys = keysFrom(0, 100)
  expect([-1, 0, 99, 100, 500].map((now) => signingKey(keys, now)?.signsFrom)).toEqual([
    undefined,
    0,
    0,
    100,
    100,
  ])
})

test('an old key is published until its last token has expired, a new one from the start', () => {
  const keys = keysFrom(0, 100, 200)
  expect(publishedKeys(keys, 119, TIMES)).toEqual(keys)
  expect(publishedKeys(keys, 120, TIMES)).toEqual(keysFrom(100, 200))
  expect(publishedKeys(keys, 10_000, TIMES)).toEqual(keysFrom(200))
})

test('over a thousand looks at random times the key that signs was always known long enough', () => {
  const keys = keysFrom(0)
  const made = new Map([[0, -TIMES.publishAhead]])
  for (let now = 0; now < 5_000; now += 1 + (now % 7)) {
    const next = nextKeyIn(keys, now, TIMES)
    if (next !== undefined) {
      keys.push({ signsFrom: now + next })
      made.set(now + next, now)
    }
    const signs = signingKey(keys, now)?.signsFrom ?? NaN
    expect(now - (made.get(signs) ?? NaN)).toBeGreaterThanOrEqual(TIMES.publishAhead)
    expect(now - signs).toBeLessThanOrEqual(TIMES.life + 7)
    expect(publishedKeys(keys, now, TIMES)).toContainEqual({ signsFrom: signs })
  }
})
