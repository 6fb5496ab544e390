import { expect, test } from '@jest/globals'
import { ownSegment, parsePrincipal } from './principal.ts'

test.each(['user:alice', 'service:a.b@c_d-1', 'device:0', `guest:${'x'.repeat(64)}`])(
  '"%s" is a principal',
  (text) => {
    const { kind, id } = parsePrincipal(text) ?? {}
    expect(`${kind}:${id}`).toBe(text)
  },
)

test.each([
  '',
  'alice',
  'user:',
  ':alice',
  'USER:alice',
  'root:alice',
  'user:a b',
  'user:ä',
  'user:a:b',
  'user:*',
  'user:a\n',
  `user:${'x'.repeat(65)}`,
])('"%s" is no principal', (text) => {
  expect(parsePrincipal(text)).toBeUndefined()
})

test("A principal's own segment has its kind, and is missing if the id is no segment", () => {
  expect(ownSegment('user:alice')).toBe('user-alice')
  expect(ownSegment('device:alice')).toBe('device-alice')
  expect(ownSegment('user:a.b')).toBeUndefined()
  expect(ownSegment('alice')).toBeUndefined()
})
