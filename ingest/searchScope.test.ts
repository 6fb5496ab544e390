import { describe, expect, test } from '@jest/globals'
import { isAllowed } from '../contract/grants.ts'
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
  '_',
  '_-',
  '_.direct.x',
  '_a',
]

const grantsOf = (patterns: string[]) =>
  patterns.map((pattern) => ({ pattern, actions: ['read' as const] }))

describe('the scope of a search', () => {
  test.each([
    [['**']],
    [['*']],
    [['**', '_.direct.x']],
    [['*', '_.**']],
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
          ranges?.some(({ from, to }) => from <= name && name < to) === true &&
          (expression === undefined || expression.test(name)),
      )
      expect(found).toEqual(
        CHANNELS.filter((name) => isAllowed(grantsOf(patterns), 'read', name, principal)),
      )
    }
  })

  test('needs no expression if whole subtrees are meant', () => {
    expect(scopeOf(['a.**', 'b'], '').channelPattern).toBeUndefined()
    expect(scopeOf(['**', 'b'], '').channelPattern).toBeUndefined()
  })
})
