import { expect, test } from '@jest/globals'
import { joined } from './positionRanges.ts'

const join = (...ranges: [number, number][]) =>
  joined(ranges.map(([after, upTo]) => ({ after, upTo }))).map(({ after, upTo }) => [after, upTo])

test('ranges that overlap or touch are one, and others stay apart, in order', () => {
  expect(join()).toEqual([])
  expect(join([50, 60], [10, 20], [20, 30], [55, 58])).toEqual([
    [10, 30],
    [50, 60],
  ])
  expect(join([0, 9], [0, 3], [5, 12], [13, 14])).toEqual([
    [0, 12],
    [13, 14],
  ])
})

test('the ranges that are given are not changed', () => {
  const given = [
    { after: 1, upTo: 3 },
    { after: 2, upTo: 5 },
  ]
  joined(given)
  expect(given[0]).toEqual({ after: 1, upTo: 3 })
})
