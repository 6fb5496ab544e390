import { expect, test } from '@jest/globals'
import { MAX_LINKS, MAX_UNITS, beginningOf } from './textBeginning.ts'

const textOf = (text: string) =>
  beginningOf(text)
    .segments.map((segment) => segment.text)
    .join('')
const linksOf = (text: string) =>
  beginningOf(text).segments.flatMap(({ href }) => (href === undefined ? [] : [href]))

test('A text within the limits is whole', () => {
  const text = `${'https://a.example '.repeat(MAX_LINKS)}${'x'.repeat(3_000)}`
  expect([beginningOf(text).complete, textOf(text)]).toEqual([true, text])
  expect(beginningOf('x'.repeat(MAX_UNITS)).complete).toBe(true)
})

test('A long text has its first characters, and half an emoji never remains', () => {
  const text = 'x'.repeat(MAX_UNITS - 1) + '😀'.repeat(9)
  expect([beginningOf(text).complete, textOf(text)]).toEqual([false, 'x'.repeat(MAX_UNITS - 1)])
})

test('A text with many links ends before the first that is too many', () => {
  const text = 'http://a '.repeat(MAX_LINKS + 1)
  expect(beginningOf(text).complete).toBe(false)
  expect(textOf(text)).toBe('http://a '.repeat(MAX_LINKS))
  expect(linksOf(text)).toHaveLength(MAX_LINKS)
})

test.each(['https://example.org/long/path', 'https://example.org/a.b.c.d.e.f.g.h'])(
  'The address %s is no link wherever the cut goes through it',
  (address) => {
    for (let part = 1; part < address.length; part += 1) {
      const text = `${'x'.repeat(MAX_UNITS - part - 1)} ${address}`
      expect(linksOf(text)).toEqual([])
      expect(textOf(text)).toBe(text.slice(0, MAX_UNITS))
    }
  },
)

test('A link that ends before the last word is one', () => {
  const text = `https://example.org/a ${'x'.repeat(MAX_UNITS)}`
  expect(linksOf(text)).toEqual(['https://example.org/a'])
})
