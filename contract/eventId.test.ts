import { expect, test } from '@jest/globals'
import { formatEventId, parseEventId } from './eventId.ts'

test.each([
  ['a1b2c3d4', 0],
  ['0', 1],
  ['zzzzzzzzzzzzzzzz', Number.MAX_SAFE_INTEGER],
])('an id of epoch %s and position %d comes back as it was', (epoch, position) => {
  const text = formatEventId(epoch, position)
  expect(parseEventId(text)).toEqual({ epoch, position })
  // Longer ones, or other bytes, would make a browser ask before it sends the header to another origin.
  expect(text).toMatch(/^[a-z0-9-]{1,128}$/)
})

test.each([
  '',
  '-',
  'e1',
  'e1-',
  '-1',
  '1',
  'e1--1',
  'e1-01',
  'e1-1.5',
  'e1-1e3',
  'e1-0x1',
  'e1-+1',
  'e1-1 ',
  ' e1-1',
  'e1-1\n',
  'E1-1',
  'e_1-1',
  'é-1',
  'e1-١',
  'abcdefghijklmnopq-1',
  'e1-9007199254740992',
  'e1-99999999999999999999',
  'e1-NaN',
  'e1-1-1',
])('%j is no id', (text) => {
  expect(parseEventId(text)).toBe(undefined)
})
