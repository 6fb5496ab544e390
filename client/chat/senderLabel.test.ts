import { expect, test } from '@jest/globals'
import { badgeOf, nameOf } from './senderLabel.ts'

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

test.each([
  ['Alice', 'Alice'],
  ['M\u202eyrolla', 'Myrolla'],
  [`a${'\u0336'.repeat(63)}`, 'a\u0336\u0336'],
  ['\u3164', 'user:alice'],
  ['', 'user:alice'],
])('The name %j is shown as %j', (name, shown) => {
  expect(nameOf({ id: 'user:alice', name })).toBe(shown)
})
