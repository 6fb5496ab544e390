import { expect, test } from '@jest/globals'
import { Problem } from '../contract/problem.ts'
import { readClaimedSender } from './claimedSender.ts'

test.each([
  [undefined, undefined, { id: 'anonymous', name: 'anonymous' }],
  ['alice', undefined, { id: 'alice', name: 'alice' }],
  ['a.b@c-d_1', 'Alice%20B%C3%A4r', { id: 'a.b@c-d_1', name: 'Alice Bär' }],
  ['x', encodeURIComponent('👩‍🚀'.repeat(12)), { id: 'x', name: '👩‍🚀'.repeat(12) }],
  ['x', encodeURIComponent('😀'.repeat(64)), { id: 'x', name: '😀'.repeat(64) }],
])('The sender %p with the name %p is %p', (id, name, sender) => {
  expect(readClaimedSender({ 'causeway-sender': id, 'causeway-sender-name': name })).toEqual(sender)
})

test.each([
  ['', 'Al'],
  ['a b', 'Al'],
  ['a, b', 'Al'],
  ['ä', 'Al'],
  // The text of a principal, which only a token can prove.
  ['user:alice', 'Al'],
  ['x'.repeat(65), 'Al'],
  ['x', ''],
  ['x', '%'],
  ['x', '%ff'],
  ['x', '%ED%A0%80'],
  ['x', 'plain space'],
  ['x', 'a,b'],
  ['x', 'Ã¤'],
  ['x', '%20%20'],
  ['x', 'a%00'],
  ['x', 'a%0Ab'],
  ['x', 'a%E2%80%A8b'],
  ['x', 'a'.repeat(65)],
])('The sender %p with the name %p is refused', (id, name) => {
  const headers = { 'causeway-sender': id, 'causeway-sender-name': name }
  expect(() => readClaimedSender(headers)).toThrow(Problem)
  expect(() => readClaimedSender(headers)).toThrow(/^Causeway-Sender/)
})
