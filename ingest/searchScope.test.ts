import { describe, expect, test } from '@jest/globals'
import { covers } from '../contract/grants.ts'
import { scopeOf } from './searchScope.ts'

const CHANNELS = [
  'a',
  'a.b',
  'a.b.c',
  'a.c.d',
  'b',
  'b.a',
  'ab',
  'user-ann',
  'user-ann.x',
  '-',
  'a-b.c',
]

describe('the scope of a search', () => {
  test.each([
    [['**']],
    [['*']],
    [['a']],
    [['a.**']],
    [['a.*']],
    [['*.b']],
    [['*.b.**', 'b']],
    [['a.*.d', 'a.b']],
    [['{sub}.**', 'a-b.*']],
    [['*.{sub}', '{sub}']],
    [[]],
  ])('for the patterns %j has the channels that match, and no other', (patterns) => {
    for (const principal of ['user:ann', 'user:a.b', '']) {
      const { ranges, channelPattern } = scopeOf(patterns, principal)
      const expression = channelPattern === undefined ? undefined : new RegExp(channelPattern)
      const found = CHANNELS.filter(
        (name) =>
          (ranges === undefined || ranges.some(({ from, to }) => from <= name && name < to)) &&
          (expression === undefined || expression.test(name)),
      )
      expect(found).toEqual(
        CHANNELS.filter((name) => patterns.some((pattern) => covers(pattern, name, principal))),
      )
    }
  })

  test('needs no expression if whole subtrees are meant', () => {
    expect(scopeOf(['a.**', 'b'], '').channelPattern).toBeUndefined()
    expect(scopeOf(['**', 'b'], '')).toEqual({ ranges: undefined, channelPattern: undefined })
  })
})
