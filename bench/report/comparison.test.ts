import { describe, expect, test } from '@jest/globals'
import { keepsUp, ratiosOf } from './comparison.ts'
import type { Series } from './results.ts'

const RATE = 'messages/s'
const TIME = 'ms'
const series: Series[] = [
  { target: 'Causeway', metric: RATE, values: [100, 90, 300] },
  { target: 'Causeway, before', metric: RATE, values: [100, 100, 200] },
  { target: 'Causeway', metric: TIME, values: [11] },
  { target: 'Causeway, before', metric: TIME, values: [10] },
  { target: 'Nchan', metric: RATE, values: [50, 50, 50] },
]
const alone = series.filter(({ target }) => target !== 'Causeway, before')

describe('a gateway beside that of an earlier commit', () => {
  test('a gateway is compared with the earlier one round by round', () => {
    expect(ratiosOf(series, RATE)).toEqual([1, 0.9, 1.5])
  })

  test('a gateway is not compared without a baseline, or if both figures are 0', () => {
    const nothing = series.map((each) => ({ ...each, values: [0] }))
    expect([...ratiosOf(alone, RATE), ...ratiosOf(nothing, RATE)]).toEqual([])
    expect(keepsUp(alone, RATE, 'more')).toEqual([])
  })

  test('a gateway keeps up if it does not do less', () => {
    expect(keepsUp(series, RATE, 'more')).toMatchObject([{ shown: '1 times', holds: true }])
  })

  test('a gateway that takes longer does not keep up', () => {
    expect(keepsUp(series, TIME, 'less')).toMatchObject([{ shown: '0.909 times', holds: false }])
  })
})
