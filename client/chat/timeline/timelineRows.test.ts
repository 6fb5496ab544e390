import { expect, test } from '@jest/globals'
import { aMessage } from '../../sdk/messageFixture.ts'
import { converse } from './conversationFixture.ts'
import { rowsOf } from './timelineRows.ts'
import type { Message } from '../../../contract/message.ts'

function rows(
  messages: Message[],
  change?: (given: ReturnType<typeof converse>) => void,
): string[] {
  const given = converse()
  const { conversation } = given
  conversation.replace(messages, true)
  change?.(given)
  return rowsOf(conversation, 'me').map((row) => {
    if (row.kind === 'message')
      return `${row.message.position}${row.first ? ' first' : ''}${row.own ? ' own' : ''}`
    return row.kind === 'pending' ? `pending${row.first ? ' first' : ''}` : row.kind
  })
}

// Local times, because days are those of the reader.
const on = (day: number, hour: number, minute = 0) =>
  new Date(2026, 10, day, hour, minute).toISOString()
const bob = { id: 'bob', name: 'Bob' }
const me = { id: 'me', name: 'Me' }

test('A group shows its sender once, until another sender writes or five minutes have passed', () => {
  const messages = [
    aMessage({ position: 1, sentAt: on(21, 9) }),
    aMessage({ position: 2, sentAt: on(21, 9, 1) }),
    aMessage({ position: 3, sentAt: on(21, 9, 2), sender: bob }),
    aMessage({ position: 4, sentAt: on(21, 9, 3), sender: me }),
    aMessage({ position: 5, sentAt: on(21, 9, 8), sender: me }),
    aMessage({ position: 6, sentAt: on(21, 9, 12), sender: me }),
  ]
  expect(rows(messages)).toEqual([
    'day',
    '1 first',
    '2',
    '3 first',
    '4 first own',
    '5 first own',
    '6 own',
  ])
})

test('A changed name begins a group', () => {
  const messages = [
    aMessage({ position: 1, sentAt: on(21, 9) }),
    aMessage({ position: 2, sentAt: on(21, 9), sender: { id: 'alice', name: 'Alicia' } }),
  ]
  expect(rows(messages)).toEqual(['day', '1 first', '2 first'])
})

test('A local day begins with a line and a group', () => {
  const messages = [
    aMessage({ position: 1, sentAt: on(20, 23, 59) }),
    aMessage({ position: 2, sentAt: on(21, 0, 1) }),
  ]
  expect(rows(messages)).toEqual(['day', '1 first', 'day', '2 first'])
})

test('A gap is at the place of the missing messages, and begins a group', () => {
  const messages = [aMessage({ position: 1 }), aMessage({ position: 9 })]
  const gap = { channel: 'lobby', after: 1, before: 9, reason: 'lost' } as const
  expect(rows(messages, ({ conversation }) => conversation.miss(gap))).toEqual([
    'day',
    '1 first',
    'gap',
    '9 first',
  ])
  expect(
    rows(messages, ({ conversation }) => conversation.miss({ ...gap, after: 9, before: 20 })),
  ).toEqual(['day', '1 first', '9', 'gap'])
})

test('Messages being sent come last', () => {
  const sending = rows([aMessage({ position: 1 })], ({ send }) => {
    send('a', 'one')
    send('b', 'two')
  })
  expect(sending).toEqual(['day', '1 first', 'pending first', 'pending'])
})

test('A row that looks different has another stamp', () => {
  const { conversation, send, fail } = converse()
  send('a', 'one')
  const before = rowsOf(conversation, 'me')[0]
  fail('a', 'too-large')
  const after = rowsOf(conversation, 'me')[0]
  expect(after?.key).toBe(before?.key)
  expect(after?.stamp).not.toBe(before?.stamp)
})

test('Gaps are in the order of their positions, each at its place', () => {
  const messages = [
    aMessage({ position: 1 }),
    aMessage({ position: 9 }),
    aMessage({ position: 20 }),
  ]
  const gap = { channel: 'lobby', reason: 'lost' } as const
  const shown = rows(messages, ({ conversation }) => {
    conversation.miss({ ...gap, after: 9, before: 20 })
    conversation.miss({ ...gap, after: 5, before: 9 })
    conversation.miss({ ...gap, after: 1, before: 5 })
  })
  expect(shown).toEqual(['day', '1 first', 'gap', 'gap', '9 first', 'gap', '20 first'])
})

test('The same day of two months, or of two years, is two days', () => {
  const days = [new Date(2025, 10, 21), new Date(2026, 10, 21), new Date(2026, 11, 21)]
  const messages = days.map((day, index) =>
    aMessage({ position: index + 1, sentAt: day.toISOString() }),
  )
  expect(rows(messages)).toEqual(['day', '1 first', 'day', '2 first', 'day', '3 first'])
})

test('A message being sent continues the group of its own sender', () => {
  const own = aMessage({ position: 1, sender: me })
  expect(rows([own], ({ send }) => send('a', 'one'))).toEqual(['day', '1 first own', 'pending'])
})

test('Each row has a key of its own', () => {
  const { conversation, send } = converse()
  const messages = [1, 5, 9].map((position) =>
    aMessage({ position, sentAt: new Date(2026, 10, position).toISOString() }),
  )
  conversation.replace(messages, true)
  conversation.miss({ channel: 'lobby', after: 1, before: 5, reason: 'lost' })
  conversation.miss({ channel: 'lobby', after: 5, before: 9, reason: 'lost' })
  send('a', 'same')
  send('b', 'same')
  const keys = rowsOf(conversation, 'me').map(({ key }) => key)
  expect(keys).toHaveLength(10)
  expect(new Set(keys).size).toBe(10)
})

/** The stamps of messages in one group. */
function stamps(positions: number[]): string[] {
  const { conversation } = converse()
  conversation.replace(
    positions.map((position) => aMessage({ position })),
    true,
  )
  const all = rowsOf(conversation, 'me')
  return all.filter(({ kind }) => kind === 'message').map(({ stamp }) => stamp)
}

test('A message that no longer begins a group has another stamp, and otherwise the same', () => {
  expect(stamps([4, 5])[1]).not.toBe(stamps([5])[0])
  expect(stamps([4, 5])[1]).toBe(stamps([3, 4, 5])[2])
})

test.each([
  { as: 'edit', data: { text: 'new' } },
  { as: 'delete', data: null },
  { as: 'reaction', data: '👍' },
] as const)(
  'A message that a change ($as) makes look different has another stamp',
  ({ as, data }) => {
    const { conversation } = converse()
    conversation.replace([aMessage({ position: 4 })], true)
    const [, before] = rowsOf(conversation, 'me')
    conversation.receive(aMessage({ position: 5, about: { position: 4, as }, data }))
    const [, after, ...more] = rowsOf(conversation, 'me')
    expect([after?.key, more]).toEqual([before?.key, []])
    expect(after?.stamp).not.toBe(before?.stamp)
  },
)
