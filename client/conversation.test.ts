import { expect, test } from '@jest/globals'
import { aMessage } from './messageFixture.ts'
import { Conversation } from './conversation.ts'

const me = { id: 'me', name: 'Me' }
const positions = (conversation: Conversation) => conversation.messages.map((m) => m.position)

test('messages stand in position order, each once, whichever way they came', () => {
  const conversation = new Conversation('me')
  conversation.replace([aMessage({ position: 6 }), aMessage({ position: 5 })], false)
  expect(conversation.receive(aMessage({ position: 9 }))).toBe(true)
  expect(conversation.receive(aMessage({ position: 6 }))).toBe(false)
  expect(conversation.receive(aMessage({ position: 8 }))).toBe(true)
  conversation.extend([aMessage({ position: 4 }), aMessage({ position: 2 })], true)
  expect(positions(conversation)).toEqual([2, 4, 5, 6, 8, 9])
  expect(conversation.complete).toBe(true)
})

test('a sent message is pending until its answer gives it a place', () => {
  const conversation = new Conversation('me')
  conversation.send('k', 'hello')
  expect(conversation.pending).toEqual([{ key: 'k', text: 'hello', failure: undefined }])
  conversation.settle('k', aMessage({ position: 3, sender: me, text: 'hello' }))
  expect(conversation.pending).toEqual([])
  expect(positions(conversation)).toEqual([3])
})

test('a sent message that arrives before its answer is not shown twice', () => {
  const conversation = new Conversation('me')
  const message = aMessage({ position: 3, sender: me, text: 'hello' })
  conversation.send('k', 'hello')
  conversation.receive(message)
  expect(conversation.pending).toEqual([])
  conversation.settle('k', message)
  expect(positions(conversation)).toEqual([3])
})

test('of two equal sent messages, one arrival hides one', () => {
  const conversation = new Conversation('me')
  conversation.send('a', 'hello')
  conversation.send('b', 'hello')
  conversation.receive(aMessage({ position: 3, sender: me, text: 'hello' }))
  expect(conversation.pending.map(({ key }) => key)).toEqual(['b'])
})

test('a message of somebody else with the same text hides nothing', () => {
  const conversation = new Conversation('me')
  conversation.send('k', 'hello')
  conversation.receive(aMessage({ position: 3, text: 'hello' }))
  expect(conversation.pending).toHaveLength(1)
})

test('a failed message is shown again even where another message had been taken for it', () => {
  const conversation = new Conversation('me')
  conversation.send('k', 'hello')
  conversation.receive(aMessage({ position: 3, sender: me, text: 'hello' }))
  conversation.fail('k', 'No answer.')
  expect(conversation.pending).toEqual([{ key: 'k', text: 'hello', failure: 'No answer.' }])
  expect(conversation.sending).toBe(0)
  conversation.retry('k')
  expect(conversation.sending).toBe(1)
  conversation.discard('k')
  expect(conversation.pending).toEqual([])
})

test('what is being sent survives a new history', () => {
  const conversation = new Conversation('me')
  conversation.send('k', 'hello')
  conversation.receive(aMessage({ position: 9 }))
  conversation.miss({ channel: 'lobby', after: 3, before: 5, reason: 'lost' })
  conversation.replace([aMessage({ position: 2 })], true)
  expect(positions(conversation)).toEqual([2])
  expect(conversation.gaps).toEqual([])
  expect(conversation.pending).toHaveLength(1)
})

test('a trimmed conversation forgets the oldest and knows that they can be had', () => {
  const conversation = new Conversation('me')
  const page = [3, 2, 1].map((position) => aMessage({ position }))
  conversation.replace(page, true)
  conversation.trim(3)
  expect(conversation.complete).toBe(true)
  conversation.trim(2)
  expect(positions(conversation)).toEqual([2, 3])
  expect(conversation.complete).toBe(false)
})
