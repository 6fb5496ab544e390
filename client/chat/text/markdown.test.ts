import { expect, test } from '@jest/globals'
import { type Block, type Inline, MAX_PARTS, MAX_UNITS, allOf, beginningOf } from './markdown.ts'

/** What would be shown, in short: `**strong**` for what is strong, and so on. */
const shown = (blocks: readonly Block[]): string => blocks.map(blockText).join('¶')

function blockText(block: Block): string {
  switch (block.is) {
    case 'paragraph':
      return inlineText(block.of)
    case 'heading':
      return `H ${inlineText(block.of)}`
    case 'quote':
      return `> ${shown(block.of)}`
    case 'list':
      return `${block.start ?? '-'} ${block.items.map(shown).join(' | ')}`
    case 'table':
      return [block.head, ...block.rows].map((row) => row.map(inlineText).join(' | ')).join('¶')
    case 'code':
      return `[${block.language}]${block.text}`
    case 'rule':
      return '---'
  }
}

const inlineText = (inlines: readonly Inline[]): string => inlines.map(oneInline).join('')

function oneInline(inline: Inline): string {
  switch (inline.is) {
    case 'strong':
      return `<b>${inlineText(inline.of)}</b>`
    case 'emphasis':
      return `<i>${inlineText(inline.of)}</i>`
    case 'struck':
      return `<s>${inlineText(inline.of)}</s>`
    case 'code':
      return `<code>${inline.text}</code>`
    case 'link':
      return `<a ${inline.href}>${inline.label}${inline.address ? ` (${inline.address})` : ''}</a>`
    case 'mention':
      return `<at ${inline.handle}>`
    case 'emoji':
      return `<emoji ${inline.name}>`
    case 'text':
      return inline.text
  }
}

test.each([
  ['hello\nworld', 'hello\nworld'],
  [
    '**bold** *slanted* ~~struck~~ `code`',
    '<b>bold</b> <i>slanted</i> <s>struck</s> <code>code</code>',
  ],
  ['# Title\n> quoted\n> more', 'H Title¶> quoted\nmore'],
  ['- one\n- two\n  - three', '- one | two¶- three'],
  ['7. one\n8. two', '7 one | two'],
  ['- [x] done\n- [ ] open', '- ☑ ¶done | ☐ ¶open'],
  ['```js\nlet a\n  b\n```', '[js]let a\n  b'],
  ['| a | b |\n|---|---|\n| 1 | 2 |', 'a | b¶1 | 2'],
  ['hi @alice, :smile: and @bob.', 'hi <at alice>, <emoji smile> and <at bob>'],
])('The text %j has the form %j', (text, form) => {
  expect(shown(beginningOf(text).blocks)).toBe(form)
})

test.each([
  ['HTML', '<img src=x onerror="alert(1)"> &amp; <script>alert(1)</script>'],
  ['a comment', 'before <!-- within --> after'],
  ['a definition of a link, which would vanish', '[a]: x'],
  ['a reference', '[a][b] [c]'],
  ['indentation', '    code\n      more'],
  ['a mail address', 'mail@example.org'],
  ['a script as an address', '[click](javascript:alert(1)) ![x](data:text/html,x)'],
  ['an address with a user', 'https://bank.example@evil.example'],
  ['a hash without a space', '#lobby'],
])('%s stays as it was written', (_what, text) => {
  const [block, ...others] = beginningOf(text).blocks
  expect([block && blockText(block), others]).toEqual([text, []])
})

test.each([
  ['https://example.org/a_b_c.', '<a https://example.org/a_b_c>https://example.org/a_b_c</a>.'],
  ['[docs](https://example.org/x)', '<a https://example.org/x>docs (example.org)</a>'],
  [
    '[https://bank.example](https://evil.example)',
    '<a https://evil.example/>https://bank.example (evil.example)</a>',
  ],
  ['https://pаypal.example', '<a https://xn--pypal-4ve.example/>https://xn--pypal-4ve.example</a>'],
  [
    '![a cat](https://example.org/cat.png)',
    '<a https://example.org/cat.png>a cat (example.org)</a>',
  ],
  [
    '**https://example.org/~a/~b**',
    '<b><a https://example.org/~a/~b>https://example.org/~a/~b</a></b>',
  ],
])('The link %j shows where it leads: %j', (text, form) => {
  expect(shown(beginningOf(text).blocks)).toBe(form)
})

test('A long text begins with whole words, and a reader may get all of it', () => {
  const text = `${'word '.repeat(1_000)}https://example.org/end`
  const { blocks, complete } = beginningOf(text)
  expect([shown(blocks).length <= MAX_UNITS, shown(blocks).endsWith('word'), complete]).toEqual([
    true,
    true,
    false,
  ])
  expect(shown(allOf(text))).toMatch(/<a https:\/\/example.org\/end>/)
})

test('Half a character is never shown', () => {
  const { blocks } = beginningOf('😀'.repeat(3_000))
  expect(shown(blocks).isWellFormed()).toBe(true)
})

const count = (value: unknown): number => {
  if (Array.isArray(value)) return value.reduce<number>((sum, each) => sum + count(each), 0)
  if (typeof value !== 'object' || value === null) return 0
  return 1 + count(Object.values(value))
}

const HOSTILE = [
  '*',
  '_a',
  '[',
  '[a](',
  '> ',
  '`a``',
  '- ',
  '1. ',
  '|-',
  '~~a',
  '**a *b ',
  ' @a',
  ':a:',
  '- a\n',
  'http://a ',
  '> - ',
  '![',
  '\n',
  '<',
  '\\',
]

test.each(HOSTILE)(
  'Nothing but %j costs little, loses nothing, and is no deeper than the stack',
  (unit) => {
    for (const [length, parts] of [
      [MAX_UNITS, MAX_PARTS],
      [60_000, 2_000],
    ] as const) {
      const text = unit.repeat(length / unit.length)
      const blocks = length === MAX_UNITS ? beginningOf(text).blocks : allOf(text)
      expect(count(blocks)).toBeLessThanOrEqual(3 * parts + 10)
    }
  },
)

test('A text with too many parts is complete as plain text, and says that its form is not', () => {
  const text = '**a** '.repeat(200).trim()
  const { blocks, complete } = beginningOf(text)
  expect(complete).toBe(false)
  expect(shown(blocks).replaceAll(/<\/?b>/g, '**')).toBe(text)
})
