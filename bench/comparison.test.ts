import { describe, expect, test } from '@jest/globals'
import { keepsUp, ratiosOf } from './comparison.ts'
import { formatOutcome } from './report.ts'
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
  test('is compared with it round by round', () => {
    expect(ratiosOf(series, RATE)).toEqual([1, 0.9, 1.5])
  })

  test('is not compared if it is measured alone, or if neither has anything', () => {
    const nothing = series.map((each) => ({ ...each, values: [0] }))
    expect([...ratiosOf(alone, RATE), ...ratiosOf(nothing, RATE)]).toEqual([])
    expect(keepsUp(alone, RATE, 'more')).toEqual([])
  })

  test('keeps up if it does not do less', () => {
    expect(keepsUp(series, RATE, 'more')).toMatchObject([{ shown: '1 times', holds: true }])
  })

  test('does not keep up if it takes longer', () => {
    expect(keepsUp(series, TIME, 'less')).toMatchObject([{ shown: '0.909 times', holds: false }])
  })

  test('has its ratios in the table', () => {
    const outcome = { title: 'T', method: [], claims: [], charts: [] }
    const rowOf = (all: Series[]) => formatOutcome({ ...outcome, series: all }).split('\n')
    expect(rowOf(series)).toContain('|  | Causeway | Causeway, before | Nchan | now / before |')
    expect(rowOf(series)).toContain('| ms | 11 | 10 |  | 1.1 |')
    expect(rowOf(alone)).toContain('|  | Causeway | Nchan |')
  })
})
