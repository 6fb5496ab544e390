import { expect, test } from '@jest/globals'
import { badgeOf } from './senderBadge.ts'

test.each([
  ['user:alice', 'Alice', ''],
  ['user:alice', 'alice', ''],
  ['user:mallory', 'Alice', 'mallory'],
  // A Cyrillic letter.
  ['user:mallory', '\u0430lice', 'mallory'],
  ['guest:4f2a', 'alice', 'guest'],
  ['guest:alice', 'alice', 'guest'],
  ['device:gauge-3', 'Tide gauge', 'device'],
  ['service:billing', 'billing', 'service'],
  ['alice', 'Alice', ''],
  ['4f2ac0ffee', 'Alice', ''],
])('Beside the sender %s with the name %s stands "%s"', (id, name, badge) => {
  expect(badgeOf({ id, name })).toBe(badge)
})
