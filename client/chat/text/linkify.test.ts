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

test.each([
  'https://paypal.com@evil.example/login',
  'https://user:secret@example.org/',
  'https://:secret@example.org/',
  'https://@example.org/',
  'https:///user@example.org/',
  'https://paypal.com%2f@evil.example/',
])('The address %s has a user, and is no link', (address) => {
  expect(linkify(address)).toEqual([{ text: address }])
})

test.each([
  ['https://example.org/a@b', 'https://example.org/a@b'],
  ['HTTPS://EXAMPLE.org/A', 'HTTPS://EXAMPLE.org/A'],
  ['https://example.org:8443/a?b#c', 'https://example.org:8443/a?b#c'],
  ['https://xn--pple-43d.com/', 'https://xn--pple-43d.com/'],
  // Cyrillic letters, of one script or several.
  ['https://\u0430pple.com/a?b=c#d', 'https://xn--pple-43d.com/a?b=c#d'],
  ['https://\u0430\u0440\u0440\u04cf\u0435.com', 'https://xn--80ak6aa92e.com'],
  ['http://m\u00fcnchen.example:8080/\u00fc', 'http://xn--mnchen-3ya.example:8080/\u00fc'],
  // Written so that a person and a browser read different hosts.
  ['https://exam\u00adple.org/', 'https://example.org/'],
  ['https://ｅxample.org/', 'https://example.org/'],
  ['https://%65xample.org/', 'https://example.org/'],
  ['http://2130706433/', 'http://127.0.0.1/'],
  ['https://example.org\\.evil.example/', 'https://example.org\\.evil.example/'],
  ['https://example.org\u2044.evil.example/', 'https://example.xn--org-qt0a.evil.example/'],
  ['https:////evil.example/bank.example', 'https:////evil.example/bank.example'],
])('The link %s is shown as %s', (address, label) => {
  const [link] = linkify(address)
  expect(link).toMatchObject({ text: address, label })
  expect(new URL(label).href).toBe(link?.href)
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
