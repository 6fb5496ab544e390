import { expect, test } from '@jest/globals'
import { completed, wantedAt } from './completion.ts'

test.each([
  ['@', { kind: 'person', text: '', start: 0 }],
  ['hi @al', { kind: 'person', text: 'al', start: 3 }],
  ['(@al', { kind: 'person', text: 'al', start: 1 }],
  ['hi :sm', { kind: 'emoji', text: 'sm', start: 3 }],
  ['mail@al', undefined],
  ['hi :s', undefined],
  ['12:30', undefined],
  ['@al ', undefined],
  ['', undefined],
])('After %j is wanted: %j', (text, wanted) => {
  expect(wantedAt(text, text.length)).toEqual(wanted)
})

test('Only what stands before the cursor counts, also in a long text', () => {
  expect(wantedAt('@al then', 3)).toEqual({ kind: 'person', text: 'al', start: 0 })
  const long = `${'x'.repeat(60_000)} @al`
  expect(wantedAt(long, long.length)).toEqual({ kind: 'person', text: 'al', start: 60_001 })
})

test('A completed word has one space behind it, and then the cursor', () => {
  const wanted = { kind: 'person', text: 'al', start: 3 } as const
  expect(completed('hi @al', 6, wanted, '@alice')).toEqual({ text: 'hi @alice ', cursor: 10 })
  expect(completed('hi @al there', 6, wanted, '@alice')).toEqual({
    text: 'hi @alice there',
    cursor: 10,
  })
})
