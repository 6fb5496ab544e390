import { expect, test } from '@jest/globals'
import { parseEventId } from './eventId.ts'
import { formatLogId, formatLogIds, parseLogIds } from './logIds.ts'

const ids = (count: number, position: number) =>
  new Map(Array.from({ length: count }, (_, log) => [log, { epoch: '4cb2996e', position }]))

test('An id over logs is the places of each, in the order of their numbers', () => {
  const places = new Map([
    [30, { epoch: 'e3', position: 0 }],
    [0, { epoch: '0', position: 1 }],
    [1, { epoch: 'zzzzzzzzzzzzzzzz', position: Number.MAX_SAFE_INTEGER }],
    [32_767, { epoch: 'e4', position: 36 }],
  ])
  const text = formatLogIds(places)
  expect(text).toBe('~A0-1Bzzzzzzzzzzzzzzzz-2gosa7pa2gvBEe3-0BWMHe4-10')
  expect(parseLogIds(text)).toEqual(places)
  expect(formatLogId(1, { epoch: 'e1', position: 35 })).toBe('Be1-z')
})

test('An id over 16 logs of trillions of messages takes 300 bytes, and one over 7 logs needs no preflight', () => {
  expect(formatLogIds(ids(16, 2e12)).length).toBeLessThanOrEqual(300)
  expect(formatLogIds(ids(7, 7e10)).length).toBeLessThanOrEqual(128)
  expect(formatLogIds(ids(64, 2e12))).toMatch(/^[A-Za-z0-9._~-]+$/)
  expect(parseLogIds(formatLogIds(ids(64, 2e12)))).toEqual(ids(64, 2e12))
})

test.each([
  '',
  '~',
  '~A',
  '~Ae1',
  '~Ae1-',
  '~A-1',
  'e1-1',
  'Ae1-1',
  '~e1-1',
  '~Ae1-01',
  '~Ae1-1 ',
  '~Ae1-1\n',
  '~Ae1-1Ae1-2',
  '~Be1-1Ae1-2',
  '~Ae1-1Ae1',
  '~AAe1-1',
  '~ABe1-1',
  '~Ae1-1-1',
  '~ae1-1Be2-2',
  '~Ae1-Z',
  '~Ae1-1.Be2-2',
  '~Abcdefghijklmnopqr-1',
  '~Ae1-2gosa7pa2gw',
  '~Ae1-1é',
  formatLogIds(ids(65, 1)),
])('%j is no id over logs', (text) => {
  expect(parseLogIds(text)).toBe(undefined)
})

test('No text is an id of both kinds', () => {
  expect([parseEventId('~Ae1-1'), parseLogIds('e1-1')]).toEqual([undefined, undefined])
})
