import { expect, test } from '@jest/globals'
import { returnUrl } from './returnUrl.ts'

const origin = 'https://chat.example'

test.each([
  '/',
  '/#/rooms.berlin',
  '/#invite=abc',
  '/page?a=b&c=%2F%2Fevil.example',
  '/@evil.example',
  // Written as a path of this origin it stays one, whatever it looks like.
  '/%2F%2Fevil.example',
  '/%5Cevil.example',
  '/.//evil.example',
  '/..//evil.example',
])('a browser that wanted %s comes back to this origin', (path) => {
  const url = returnUrl(path, origin)
  expect(url.startsWith(`${origin}/`)).toBe(true)
  expect(url).toBe(new URL(path, origin).href)
})

test.each([
  null,
  '',
  'page',
  '//evil.example',
  '///evil.example',
  '/\\evil.example',
  '\\\\evil.example',
  '/\t/evil.example',
  '/\n/evil.example',
  '\t//evil.example',
  ' //evil.example',
  'https://evil.example',
  'https:evil.example',
  'javascript:alert(1)',
  'data:text/html,hi',
  '//chat.example@evil.example',
  '//[',
  `/${'a'.repeat(1_000)}`,
  `/${'ä'.repeat(200)}`,
])('a browser that wanted %j comes to the front page', (path) => {
  expect(returnUrl(path, origin)).toBe(`${origin}/`)
})
