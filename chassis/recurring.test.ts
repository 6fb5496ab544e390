import { beforeEach, expect, test } from '@jest/globals'
import { VirtualClock } from '../test/support/virtualClock.ts'
import { Recurring } from './recurring.ts'

let clock: VirtualClock
let ends: (() => void)[]
let recurring: Recurring

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

beforeEach(() => {
  clock = new VirtualClock()
  ends = []
  recurring = new Recurring(clock, 100, () => new Promise((resolve) => ends.push(resolve)))
})

test('A run begins at each time, but none while another is under way', async () => {
  clock.pass(300)
  recurring.begin()
  expect(ends).toHaveLength(1)
  ends[0]?.()
  await turn()
  clock.pass(100)
  expect(ends).toHaveLength(2)
})

test('A run may begin before its time', async () => {
  recurring.begin()
  expect(ends).toHaveLength(1)
})

test('Closing waits for the run under way, tells it so, and lets no other begin', async () => {
  clock.pass(100)
  let isDone = false
  const closed = recurring.close().then(() => (isDone = true))
  await turn()
  expect([isDone, recurring.isClosed]).toEqual([false, true])
  ends[0]?.()
  await closed
  clock.pass(1_000)
  expect([ends.length, clock.timers.size]).toEqual([1, 0])
})

test('A run that fails is told of once until one has succeeded, and begins again at its time', async () => {
  const errors: unknown[] = []
  let outcome: Promise<void> = Promise.reject(new Error('one'))
  recurring = new Recurring(
    clock,
    100,
    () => outcome,
    (error) => errors.push(error),
  )
  const runs = async (count: number, next: Promise<void>): Promise<void> => {
    outcome = next
    for (let n = 0; n < count; n++) {
      clock.pass(100)
      await turn()
    }
  }
  await runs(3, outcome)
  await runs(1, Promise.resolve())
  await runs(2, Promise.reject(new Error('two')))
  expect(errors.map(String)).toEqual(['Error: one', 'Error: two'])
})
