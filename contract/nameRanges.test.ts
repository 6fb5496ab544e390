import { describe, expect, test } from '@jest/globals'
import { isAllowed } from './grants.ts'
import { rangesOf } from './nameRanges.ts'

const NAMES = [
  'a',
  'a-b',
  'a.a',
  'a.b',
  'a.b.c',
  'a_b',
  'aa',
  'b',
  'b.user-x',
  'zz.x',
  'A',
  '0',
  '-',
  '_',
  '_-',
  '_.direct.x',
  '_a',
]
const PRINCIPAL = 'user:x'

const isIn = (name: string, ranges: ReturnType<typeof rangesOf>): boolean =>
  ranges.some(({ from, to }) => from <= name && name < to)

describe('the ranges of patterns', () => {
  test.each([
    [['**']],
    [['*']],
    [['**', '_.direct.x']],
    [['_.**', '_']],
    [['a']],
    [['a.*']],
    [['a.**', 'b']],
    [['a.*.c']],
    [['b.{sub}']],
    [['{sub}.a']],
    [[]],
  ])('of %j have each channel that one of them matches, with every prefix', (patterns) => {
    for (const prefix of ['', 'a', 'a.', 'a.b', 'b', 'zzz']) {
      const ranges = rangesOf(patterns, PRINCIPAL, { prefix, after: '' })
      const found = NAMES.filter((name) => isIn(name, ranges))
      const matching = NAMES.filter((name) =>
        isAllowed(
          patterns.map((pattern) => ({ pattern, actions: ['read'] })),
          'read',
          name,
          PRINCIPAL,
        ),
      )
      expect(found).toEqual(
        expect.arrayContaining(matching.filter((name) => name.startsWith(prefix))),
      )
      expect(found.filter((name) => !name.startsWith(prefix))).toEqual([])
    }
  })

  test.each<[string[], string[]]>([
    [['a'], ['a']],
    [['a.*'], ['a.a', 'a.b', 'a.b.c']],
    [
      ['a', 'a.**'],
      ['a', 'a.a', 'a.b', 'a.b.c'],
    ],
    [['b.{sub}'], ['b.user-x']],
  ])('of %j have no others but these: %j', (patterns, names) => {
    const ranges = rangesOf(patterns, PRINCIPAL, { prefix: '', after: '' })
    expect(NAMES.filter((name) => isIn(name, ranges)).sort()).toEqual(names)
  })

  test('are in order, and none of them overlaps another', () => {
    const patterns = ['b.*', 'a.x', 'a.**', 'c', 'b.**', 'c', 'a.y.*']
    const ranges = rangesOf(patterns, PRINCIPAL, { prefix: '', after: '' })
    expect(ranges).toEqual([
      { from: 'a.', to: 'a.~' },
      { from: 'b.', to: 'b.~' },
      { from: 'c', to: 'c!' },
    ])
  })

  test('leave out what is before a name', () => {
    const ranges = rangesOf(['a', 'b.*', 'c'], PRINCIPAL, { prefix: '', after: 'b.x' })
    expect(ranges.map(({ from }) => from)).toEqual(['b.', 'c'])
  })

  test('of a principal without channels of its own leave out its patterns', () => {
    expect(rangesOf(['{sub}.*'], 'user:a.b', { prefix: '', after: '' })).toEqual([])
  })
})
