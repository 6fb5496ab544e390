import { expect, test } from '@jest/globals'
import { GatewayCounts } from './gatewayCounts.ts'

const OPEN = { streams: 10, room: 5, isLeaving: false }
const mine = (): GatewayCounts => new GatewayCounts('aaaaaaaa')
const other = (): GatewayCounts => new GatewayCounts('bbbbbbbb')

test('A line says what a gateway has, and another one reads it once it was written twice', () => {
  const [a, b] = [mine(), other()]
  expect(b.line(OPEN)).toBe('bbbbbbbb 1 10 5 o')
  expect(a.read(b.line(OPEN), 0)).toEqual([])
  expect(a.read(b.line({ ...OPEN, isLeaving: true }), 1_000)).toEqual([
    { id: 'bbbbbbbb', streams: 10, room: 5, isLeaving: true },
  ])
})

test('What a dead gateway left never counts, and is removed', () => {
  const a = mine()
  const left = 'bbbbbbbb 77 10 5 o'
  for (let now = 0; now <= 20_000; now += 1_000) expect(a.read(left, now)).toEqual([])
  expect([a.stale(20_000), a.stale(20_001)]).toEqual([[], ['bbbbbbbb']])
  expect(a.size).toBe(2)
  a.read('', 21_000)
  expect([a.stale(99_000), a.size]).toEqual([[], 1])
})

test('A gateway that stops writing counts for its lease, and again when it is back', () => {
  const [a, b] = [mine(), other()]
  a.read(b.line(OPEN), 0)
  const last = b.line(OPEN)
  expect(a.read(last, 1_000)).toHaveLength(1)
  expect(a.read(last, 6_000)).toHaveLength(1)
  expect(a.read(last, 6_001)).toHaveLength(0)
  expect(a.read(b.line(OPEN), 7_000)).toHaveLength(1)
})

test('Its own line, and whatever is no line, is not read', () => {
  const a = mine()
  const texts = [
    a.line(OPEN),
    'bbbbbbbb 1 10 5 x',
    'bbbbbbbb 1 -1 5 o',
    'bbbbbbbb 1 999999999 5 o',
    'BBBBBBBB 1 10 5 o',
    ' bbbbbbbb 1 10 5 o',
    'bbbbbbbb 1 10 5 o more',
    '{}',
  ]
  for (const now of [0, 1_000]) expect(a.read(texts.join('\n'), now)).toEqual([])
  expect(a.size).toBe(1)
})

test('Numbers stay within what is read', () => {
  expect(mine().line({ streams: 1e12, room: -1, isLeaving: false })).toBe('aaaaaaaa 1 99999999 0 o')
})
