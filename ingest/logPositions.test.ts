import { expect, test } from '@jest/globals'
import { formatPositions, parseAsked, parsePositions } from './logPositions.ts'

test('Positions are one text, whatever their order', () => {
  const positions = new Map([
    [12, 0],
    [3, Number.MAX_SAFE_INTEGER],
  ])
  expect(formatPositions(positions)).toBe('L3.9007199254740991_L12.0')
  expect(parsePositions('L3.9007199254740991_L12.0')).toEqual(positions)
})

test.each([
  '',
  '3.1',
  'L3',
  'L3.',
  'L.3',
  'L3.1_',
  'L3.01',
  'L03.1',
  'L3.1_L3.2',
  'L4.1_L3.1',
  'L3.9007199254740992',
  'L1.1 ',
])('The text %j is none', (text) => {
  expect(parsePositions(text)).toBeUndefined()
})

test('What is asked for is a position, or one for each log', () => {
  expect([parseAsked('7'), parseAsked('L1.7'), parseAsked('-7')]).toEqual([
    7,
    new Map([[1, 7]]),
    undefined,
  ])
})
