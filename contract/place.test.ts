import { expect, test } from '@jest/globals'
import { contradicts } from './place.ts'

test.each([
  ['is at the place, with the same message,', 7, 'a', 7, 'a', false],
  ['is beyond the place, with the same message,', 9, 'a', 7, 'a', false],
  ['is below the place', 6, '', 7, 'a', true],
  ['is below a place whose message is not known', 6, '', 7, '', true],
  ['has another message at the place', 7, 'b', 7, 'a', true],
  ['is beyond the place and has another message there', 9, 'b', 7, 'a', true],
  ['does not know the message at the place', 9, '', 7, 'a', false],
  ['is compared with a place whose message is not known', 9, 'a', 7, '', false],
  ['is empty, as the place is,', 0, '', 0, '', false],
  ['is empty, and the place is not,', 0, '', 1, 'a', true],
  ['is compared with the beginning', 9, '', 0, '', false],
])('a log that %s (%d, %j; place %d, %j) contradicts it: %j', (_what, ...given) => {
  const [position, idAt, place, id, expected] = given
  expect(contradicts({ position, idAt }, { position: place, id })).toBe(expected)
})
