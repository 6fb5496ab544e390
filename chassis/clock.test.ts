import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { clock } from './clock.ts'

beforeEach(() => void jest.useFakeTimers())
afterEach(() => void jest.useRealTimers())

test('A task runs every so many milliseconds until it is stopped', () => {
  const times: number[] = []
  const begin = clock.now()
  const stop = clock.every(100, () => times.push(clock.now() - begin))
  jest.advanceTimersByTime(350)
  stop()
  jest.advanceTimersByTime(1_000)
  expect([times, jest.getTimerCount()]).toEqual([[100, 200, 300], 0])
})

test('The clock does not follow a correction of the wall clock', () => {
  const begin = clock.now()
  jest.setSystemTime(0)
  expect(clock.now()).toBe(begin)
})
