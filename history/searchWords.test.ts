import { describe, expect, test } from '@jest/globals'
import { parseSearchWords, prefixesOf, toQuery } from './searchWords.ts'

describe('what people type is read', () => {
  test.each([
    ['one', `('one')`],
    ['one  two', `('one' & 'two')`],
    ['"one two" -three', `('one two' & !'three')`],
    ['-"one two', `(!'one two')`],
    ['one or two three', `('one') | ('two' & 'three')`],
    ['one OR OR two', `('one') | ('OR' & 'two')`],
    ['or one or', `('or' & 'one')`],
    ['"or" one', `('or' & 'one')`],
    ['hon* "hon* key"', `('hon':* & 'hon  key')`],
    ['-hon*', `(!'hon':*)`],
    ["it's \\ a\\b", `('it''s' & 'a\\\\b')`],
    [`a' | 'b':A & !c <-> (d)`, `('a''' & '''b'':A' & '!c' & '(d)')`],
    ['nul\0nul \ud800x', `('nul' & 'nul' & '\ufffdx')`],
    ['- * ** "" "*" -- ! |', ''],
    ['', ''],
    ['--one', `(!'-one')`],
  ])('%j', (text, query) => expect(toQuery(parseSearchWords(text))).toBe(query))
})

test('the beginnings of words are told, each once, and can be made such as must not be found', () => {
  const words = parseSearchWords('hon* cra* -red* hon* or blue')
  expect(prefixesOf(words)).toEqual([`'hon':*`, `'cra':*`])
  expect(toQuery(words, new Set([`'hon':*`]))).toBe(
    `(!'hon':* & 'cra':* & !'red':* & !'hon':*) | ('blue')`,
  )
})
