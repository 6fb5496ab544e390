import { expect, test } from '@jest/globals'
import { DeletionCost } from './deletionCost.ts'

test.each([
  [0, 0],
  [7, 7],
  [99, 99],
  [104, 100],
  [105, 110],
  [1_234, 1_200],
  [12_499, 12_000],
  [49_999, 50_000],
])('%d streams cost %d', (streams, cost) => {
  expect(new DeletionCost().next(streams, 0)).toBe(cost)
})

test('It is written once a minute at most, and only if it changed', () => {
  const cost = new DeletionCost()
  expect([
    cost.next(1_000, 0),
    cost.next(9_000, 59_999),
    cost.next(9_000, 60_000),
    cost.next(9_010, 500_000),
    cost.next(0, 500_001),
  ]).toEqual([1_000, undefined, 9_000, undefined, 0])
})

test('One that could not be written is tried again, a minute later', () => {
  const cost = new DeletionCost()
  cost.next(1_000, 0)
  cost.failed()
  expect([cost.next(1_000, 59_999), cost.next(1_000, 60_000)]).toEqual([undefined, 1_000])
})
