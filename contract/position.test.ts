import { expect, test } from '@jest/globals'
import { parsePosition } from './position.ts'

test.each(['0', '1', '42', '9007199254740991'])('%s is a position', (text) => {
  expect(parsePosition(text)).toBe(Number(text))
})

test.each([
  '',
  ' ',
  ' 7',
  '7 ',
  '7\n',
  '-1',
  '-0',
  '+1',
  '01',
  '00',
  '1.0',
  '1e3',
  '0x10',
  '0b1',
  '1_000',
  '١',
  'Infinity',
  'NaN',
  '9007199254740992',
  '9999999999999999',
  '99999999999999999999',
])('%j is no position', (text) => {
  expect(parsePosition(text)).toBe(undefined)
})
