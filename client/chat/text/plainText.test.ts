import { beforeAll, expect, test } from '@jest/globals'
import { emojiNames } from './emoji.ts'
import { plainExcerpt, plainText } from './plainText.ts'

beforeAll(() => emojiNames.load())

test.each([
  ['**bold** *slanted* ~~struck~~ `code`', 'bold slanted struck code'],
  ['# Title\n> quoted\n\n- one\n- two\n\n---\n7. three', 'Title quoted one two three'],
  ['```js\nlet a\n  b\n```', 'let a b'],
  ['| a | b |\n|---|---|\n| 1 | 2 |', 'a b 1 2'],
  ['hi @alice :tea: :none: **@bob**', 'hi @alice 🍵 :none: @bob'],
  [
    '[bank](https://evil.example/x) https://example.org/a_b',
    'bank (evil.example) https://example.org/a_b',
  ],
  ['2 * 3 * 4 <b>', '2 * 3 * 4 <b>'],
])('The text %j reads %j', (text, read) => {
  expect(plainText(text)).toBe(read)
})

/** Hits in brackets. */
const excerpt = (...parts: string[]): string =>
  plainExcerpt(parts)
    .map(({ text, isHit }) => (isHit ? `[${text}]` : text))
    .join('')

test.each([
  [['out until **', '11', ':20**'], 'out until [11]:20'],
  [['- a map\n- the ', 'tide', ' table'], 'a map the [tide] table'],
  [['const safe = `', 'tide', '.at(now)`'], 'const safe = [tide].at(now)'],
  [['', 'tide', ' and ', 'tide'], '[tide] and [tide]'],
  [['see https://example.org/', 'tide', ' now'], 'see https://example.org/[tide] now'],
  [['[', 'docs', '](https://example.org/', 'docs', ')'], '[docs] (example.org)'],
  [['an excerpt ends in **the ', 'middle', ''], 'an excerpt ends in **the [middle]'],
  [['nothing can \ue000pretend\ue001 to be a ', 'hit'], 'nothing can pretend to be a [hit]'],
])('The excerpt %j reads %j', (parts, read) => {
  expect(excerpt(...parts)).toBe(read)
})
