import { expect, test } from '@jest/globals'
import { linkify } from './linkify.ts'

test.each([
  ['no link here', []],
  ['https://example.org', ['https://example.org']],
  ['see http://example.org/a?b=c#d, please', ['http://example.org/a?b=c#d']],
  ['(https://example.org/a_(b))', ['https://example.org/a_(b)']],
  ['https://example.org/a_(b)', ['https://example.org/a_(b)']],
  ['"https://example.org"!', ['https://example.org']],
  ['*https://example.org/a_*', ['https://example.org/a']],
  ['[https://example.org/a].', ['https://example.org/a']],
  ['((https://example.org/a_(b)))', ['https://example.org/a_(b)']],
  ['https://example.org/a)b', ['https://example.org/a)b']],
  ['https://example.org\u2066', ['https://example.org']],
  ['HTTPS://EXAMPLE.org.', ['HTTPS://EXAMPLE.org']],
  ['https://a.example https://b.example', ['https://a.example', 'https://b.example']],
  ['javascript:alert(1) data:text/html,x file:///etc', []],
  ['https://', []],
  ['https://...', []],
  ['https://exa\u202Emple.org', ['https://exa']],
  ['<a href="https://example.org/x">', ['https://example.org/x']],
])('The text %j has the links %j', (text, links) => {
  const segments = linkify(text)
  expect(
    segments.filter((segment) => segment.href !== undefined).map((segment) => segment.text),
  ).toEqual(links)
  expect(segments.map((segment) => segment.text).join('')).toBe(text)
})

test('A link leads where the browser would go', () => {
  expect(linkify('https://EXAMPLE.org/a b')[0]?.href).toBe('https://example.org/a')
})

test.each(['https://'.repeat(40_000), `https://a${')'.repeat(300_000)}`, 'h'.repeat(300_000)])(
  'A text made to be slow is split in time (%#)',
  (text) => {
    expect(
      linkify(text)
        .map((segment) => segment.text)
        .join(''),
    ).toBe(text)
  },
)
