import { expect, test } from '@jest/globals'
import { linkify } from './linkify.ts'

test.each([
  ['no link here', []],
  ['https://example.org', ['https://example.org']],
  ['see http://example.org/a?b=c#d, please', ['http://example.org/a?b=c#d']],
  ['(https://example.org/a_(b))', ['https://example.org/a_(b)']],
  ['https://example.org/a_(b)', ['https://example.org/a_(b)']],
  ['"https://example.org"!', ['https://example.org']],
  ['HTTPS://EXAMPLE.org.', ['HTTPS://EXAMPLE.org']],
  ['https://a.example https://b.example', ['https://a.example', 'https://b.example']],
  ['javascript:alert(1) data:text/html,x file:///etc', []],
  ['https://', []],
  ['https://...', []],
  ['https://exa\u202Emple.org', ['https://exa']],
  ['<a href="https://example.org/x">', ['https://example.org/x']],
])('of %j the links are %j', (text, links) => {
  const parts = linkify(text)
  expect(parts.filter((part) => part.href !== undefined).map((part) => part.text)).toEqual(links)
  expect(parts.map((part) => part.text).join('')).toBe(text)
})

test('a link leads where the browser would go', () => {
  expect(linkify('https://EXAMPLE.org/a b')[0]?.href).toBe('https://example.org/a')
})

test.each(['https://'.repeat(40_000), `https://a${')'.repeat(300_000)}`, 'h'.repeat(300_000)])(
  'a text made to be slow is split all the same (%#)',
  (text) => {
    expect(
      linkify(text)
        .map((part) => part.text)
        .join(''),
    ).toBe(text)
  },
)
