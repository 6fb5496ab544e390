import { expect, test } from '@jest/globals'
import { fold, isChange, isUncertain } from './fold.ts'
import type { ShownMessage } from './history.ts'
import { aMessage } from './messageFixture.ts'
import type { Relation } from '../../contract/about.ts'

const shown = (more: Partial<ShownMessage> = {}): ShownMessage => ({
  ...aMessage({ position: 3 }),
  ...more,
})
/** A message about the third. */
const about = (as: Relation, position: number, data: unknown = null, sender = 'alice') =>
  aMessage({ position, about: { position: 3, as }, data, sender: { id: sender, name: sender } })
const react = (position: number, sender: string) => about('reaction', position, '👍', sender)
const unreact = (position: number, sender: string) => about('unreaction', position, '👍', sender)
const thumbs = (...senders: string[]) => [{ name: '👍', count: senders.length, senders }]

test('Edits, deletions and reactions are changes; replies and other messages are none', () => {
  const relations = ['reply', 'edit', 'delete', 'reaction', 'unreaction'] as const
  expect(relations.map((as) => isChange(about(as, 5)))).toEqual([false, true, true, true, true])
  expect(isChange(aMessage())).toBe(false)
})

test('An edit brings its data, and an older one that comes later brings nothing', () => {
  const first = about('edit', 5, { text: 'new' })
  const edited = fold(shown(), first)
  expect(edited).toEqual(
    shown({ data: { text: 'new' }, edited: { position: 5, sentAt: first.sentAt } }),
  )
  expect(fold(edited, first)).toBe(edited)
  expect(fold(edited, about('edit', 4, { text: 'old' }))).toBe(edited)
  expect(fold(edited, about('edit', 9, 7)).data).toBe(7)
})

test('A deletion takes data, edits and reactions away, and nothing brings them back', () => {
  const edited = { position: 4, sentAt: '2026-11-21T19:33:02.123Z' }
  const before = shown({ edited, reactions: thumbs('bob'), replies: { count: 1, last: 4 } })
  const deleted = fold(before, about('delete', 5))
  expect(deleted).toEqual(shown({ data: null, deleted: true, replies: { count: 1, last: 4 } }))
  for (const late of [about('delete', 5), about('edit', 6, 'x'), react(7, 'bob')]) {
    expect(fold(deleted, late)).toBe(deleted)
  }
})

test('Replies are counted once each', () => {
  const once = fold(shown(), about('reply', 5, 'yes'))
  expect(once.replies).toEqual({ count: 1, last: 5 })
  expect(fold(once, about('reply', 5, 'yes'))).toBe(once)
  expect(fold(once, about('reply', 8, 'no')).replies).toEqual({ count: 2, last: 8 })
})

test('Reactions are counted by person, in the order in which they came', () => {
  const twice = fold(fold(shown(), react(5, 'bob')), react(6, 'eve'))
  expect(twice.reactions).toEqual(thumbs('bob', 'eve'))
  expect(fold(twice, react(5, 'bob'))).toBe(twice)
  const heart = fold(twice, about('reaction', 7, '❤', 'bob'))
  expect(heart.reactions?.map(({ name, count }) => `${name}${count}`)).toEqual(['👍2', '❤1'])
  const one = fold(heart, unreact(8, 'bob'))
  expect(one.reactions).toMatchObject([{ senders: ['eve'], count: 1 }, { name: '❤' }])
  expect(fold(one, unreact(8, 'bob'))).toBe(one)
})

test('The last reaction that is taken back leaves no trace', () => {
  expect(fold(fold(shown(), react(5, 'bob')), unreact(6, 'bob'))).toEqual(shown())
  const unchanged = shown()
  expect(fold(unchanged, unreact(6, 'bob'))).toBe(unchanged)
})

test.each([7, null, { name: '👍' }])('A reaction by the data %j is none', (data) => {
  const before = shown({ reactions: thumbs('bob') })
  for (const as of ['reaction', 'unreaction'] as const) {
    expect(fold(before, about(as, 5, data))).toBe(before)
  }
})

test('A message that is about nothing changes nothing', () => {
  const before = shown()
  expect(fold(before, aMessage({ position: 5 }))).toBe(before)
})

const many = (count: number) => {
  const senders = Array.from({ length: Math.min(count, 20) }, (_, index) => `p${index}`)
  return shown({ reactions: [{ name: '👍', count, senders }] })
}

test('The twenty-first person is counted, but not named', () => {
  const [reaction] = fold(many(20), react(5, 'eve')).reactions ?? []
  expect([reaction?.count, reaction?.senders.length]).toEqual([21, 20])
})

test.each([
  { what: 'nobody reacted so', of: shown(), change: react(5, 'eve'), uncertain: false },
  { what: 'all are named', of: many(20), change: react(5, 'eve'), uncertain: false },
  { what: 'the person is named', of: many(21), change: react(5, 'p3'), uncertain: false },
  {
    what: 'the person may be one of the others',
    of: many(21),
    change: react(5, 'eve'),
    uncertain: true,
  },
  { what: 'the same for taking back', of: many(21), change: unreact(5, 'eve'), uncertain: true },
  { what: 'it is an edit', of: many(21), change: about('edit', 5, 'x', 'eve'), uncertain: false },
])(
  'Whether a reaction is counted already is uncertain ($uncertain) if $what',
  ({ of, change, uncertain }) => {
    expect(isUncertain(of, change)).toBe(uncertain)
  },
)
