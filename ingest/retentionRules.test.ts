import { expect, test } from '@jest/globals'
import { retentionRules, ruleFor } from './retentionRules.ts'

const read = (value: unknown) => retentionRules().safeParse(JSON.stringify(value))

test('the first rule whose pattern matches a channel counts, and without one its messages stay', () => {
  const rules = [
    { pattern: 'rooms.berlin', messages: 10 },
    { pattern: 'rooms.**', days: 30 },
    { pattern: '*', days: 0.5, messages: 0 },
  ]
  expect(read(rules).data).toEqual(rules)
  const found = ['rooms.berlin', 'rooms.berlin.a', 'rooms', 'other.a'].map(
    (channel) => ruleFor(rules, channel) as unknown,
  )
  expect(found).toEqual([rules[0], rules[1], rules[2], undefined])
})

test.each([
  ['no list', {}],
  ['no limit', [{ pattern: 'a' }]],
  ['no pattern', [{ days: 1 }]],
  ['a pattern of something else', [{ pattern: 'a..b', days: 1 }]],
  ["a person's own pattern", [{ pattern: 'dm.{sub}', days: 1 }]],
  ['no days', [{ pattern: 'a', days: 0 }]],
  ['days as text', [{ pattern: 'a', days: '30' }]],
  ['half a message', [{ pattern: 'a', messages: 0.5 }]],
  ['an unknown word', [{ pattern: 'a', days: 1, day: 2 }]],
])(
  'rules with %s are refused: nobody should wait for a removal that never comes',
  (_what, rules) => {
    expect(read(rules).error?.issues[0]?.message).toMatch(/^expected a JSON list like/)
  },
)

test('what is no JSON is refused, and the text is not repeated', () => {
  expect(retentionRules().safeParse('[secret').error?.message).not.toMatch('secret')
})
