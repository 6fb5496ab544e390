import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { Recovery } from './recovery.ts'

let changes: number
let recovery: Recovery

beforeEach(() => {
  jest.useFakeTimers()
  changes = 0
  recovery = new Recovery(() => (changes += 1))
  recovery.begin()
})

afterEach(() => {
  recovery.close()
  jest.useRealTimers()
})

test('Nothing is told of the first connection', () => {
  recovery.connection({ is: 'connecting' })
  recovery.connection({ is: 'live' })
  recovery.arrived()
  expect(recovery.count).toBeUndefined()
})

test('What comes right after the connection is back is counted, told for a while, and then no more', () => {
  recovery.connection({ is: 'live' })
  recovery.connection({ is: 'reconnecting' })
  recovery.arrived()
  expect(recovery.count).toBeUndefined()
  recovery.connection({ is: 'live' })
  expect(recovery.count).toBe(0)
  recovery.arrived()
  recovery.arrived()
  jest.advanceTimersByTime(2_000)
  recovery.arrived()
  expect([recovery.count, changes]).toEqual([2, 1])
  jest.advanceTimersByTime(10_000)
  expect([recovery.count, changes]).toEqual([undefined, 2])
})

test('Another channel, or another break, begins from the start', () => {
  recovery.connection({ is: 'live' })
  recovery.connection({ is: 'offline' })
  recovery.connection({ is: 'live' })
  recovery.arrived()
  recovery.connection({ is: 'offline' })
  expect(recovery.count).toBeUndefined()
  recovery.begin()
  recovery.connection({ is: 'connecting' })
  recovery.connection({ is: 'live' })
  expect(recovery.count).toBeUndefined()
})
