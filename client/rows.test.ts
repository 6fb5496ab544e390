import { expect, test } from '@jest/globals'
import { aMessage } from './messageFixture.ts'
import { Conversation } from './conversation.ts'
import { rowsOf } from './rows.ts'
import type { Message } from '../contract/message.ts'

function told(messages: Message[], change?: (conversation: Conversation) => void): string[] {
  const conversation = new Conversation('me')
  conversation.replace(messages, true)
  change?.(conversation)
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

test('a sender is introduced once, until another speaks or a while has passed', () => {
  const messages = [
    aMessage({ position: 1, sentAt: on(21, 9) }),
    aMessage({ position: 2, sentAt: on(21, 9, 1) }),
    aMessage({ position: 3, sentAt: on(21, 9, 2), sender: bob }),
    aMessage({ position: 4, sentAt: on(21, 9, 3), sender: me }),
    aMessage({ position: 5, sentAt: on(21, 10), sender: me }),
  ]
  expect(told(messages)).toEqual(['day', '1 first', '2', '3 first', '4 first own', '5 first own'])
})

test('a changed name is introduced', () => {
  const messages = [
    aMessage({ position: 1, sentAt: on(21, 9) }),
    aMessage({ position: 2, sentAt: on(21, 9), sender: { id: 'alice', name: 'Alicia' } }),
  ]
  expect(told(messages)).toEqual(['day', '1 first', '2 first'])
})

test('a local day begins with a line', () => {
  const messages = [
    aMessage({ position: 1, sentAt: on(20, 23, 59) }),
    aMessage({ position: 2, sentAt: on(21, 0, 1) }),
  ]
  expect(told(messages)).toEqual(['day', '1 first', 'day', '2 first'])
})

test('a gap stands where the messages are missing', () => {
  const messages = [aMessage({ position: 1 }), aMessage({ position: 9 })]
  const gap = { channel: 'lobby', after: 1, before: 9, reason: 'lost' } as const
  expect(told(messages, (c) => c.miss(gap))).toEqual(['day', '1 first', 'gap', '9 first'])
  expect(told(messages, (c) => c.miss({ ...gap, after: 9, before: 20 }))).toEqual([
    'day',
    '1 first',
    '9',
    'gap',
  ])
})

test('what is being sent stands last', () => {
  const sending = told([aMessage({ position: 1 })], (conversation) => {
    conversation.send('a', 'one')
    conversation.send('b', 'two')
  })
  expect(sending).toEqual(['day', '1 first', 'pending first', 'pending'])
})

test('a row that looks different has another stamp', () => {
  const conversation = new Conversation('me')
  conversation.send('a', 'one')
  const before = rowsOf(conversation, 'me')[0]
  conversation.fail('a', 'No answer.')
  const after = rowsOf(conversation, 'me')[0]
  expect(after?.key).toBe(before?.key)
  expect(after?.stamp).not.toBe(before?.stamp)
})
