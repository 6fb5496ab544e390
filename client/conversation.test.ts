import { expect, test } from '@jest/globals'
import { aMessage } from './sdk/messageFixture.ts'
import { Conversation, textOf } from './conversation.ts'

const me = { id: 'me', name: 'Me' }
const positions = (conversation: Conversation) => conversation.messages.map((m) => m.position)

test('Messages are in position order, each once, from history or live', () => {
  const conversation = new Conversation('me')
  conversation.replace([aMessage({ position: 6 }), aMessage({ position: 5 })], false)
  expect(conversation.receive(aMessage({ position: 9 }))).toBe(true)
  expect(conversation.receive(aMessage({ position: 6 }))).toBe(false)
  expect(conversation.receive(aMessage({ position: 8 }))).toBe(true)
  conversation.extend([aMessage({ position: 4 }), aMessage({ position: 2 })], true)
  expect(positions(conversation)).toEqual([2, 4, 5, 6, 8, 9])
  expect(conversation.complete).toBe(true)
})

test('A sent message is pending until its answer gives it a position', () => {
  const conversation = new Conversation('me')
  conversation.send('k', 'hello')
  expect(conversation.pending).toEqual([{ key: 'k', text: 'hello', failure: undefined }])
  conversation.settle('k', aMessage({ position: 3, sender: me, text: 'hello' }))
  expect(conversation.pending).toEqual([])
  expect(positions(conversation)).toEqual([3])
})

test('A sent message that arrives before its answer is not shown twice', () => {
  const conversation = new Conversation('me')
  const message = aMessage({ position: 3, sender: me, text: 'hello' })
  conversation.send('k', 'hello')
  conversation.receive(message)
  expect(conversation.pending).toEqual([])
  conversation.settle('k', message)
  expect(positions(conversation)).toEqual([3])
})

test('Each arrival hides one of two equal sent messages, the older one first', () => {
  const conversation = new Conversation('me')
  conversation.send('a', 'hello')
  conversation.send('b', 'hello')
  conversation.receive(aMessage({ position: 3, sender: me, text: 'hello' }))
  expect(conversation.pending.map(({ key }) => key)).toEqual(['b'])
  conversation.receive(aMessage({ position: 4, sender: me, text: 'hello' }))
  expect(conversation.pending).toEqual([])
})

test('A message with the same text by somebody else hides nothing', () => {
  const conversation = new Conversation('me')
  conversation.send('k', 'hello')
  conversation.receive(aMessage({ position: 3, text: 'hello' }))
  expect(conversation.pending).toHaveLength(1)
})

test('A failed message is shown again, even if another message was taken for it', () => {
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

test('A new history drops messages and gaps, and keeps the messages being sent', () => {
  const conversation = new Conversation('me')
  conversation.send('k', 'hello')
  conversation.receive(aMessage({ position: 9 }))
  conversation.miss({ channel: 'lobby', after: 3, before: 5, reason: 'lost' })
  conversation.replace([aMessage({ position: 2 })], true)
  expect(positions(conversation)).toEqual([2])
  expect(conversation.gaps).toEqual([])
  expect(conversation.pending).toHaveLength(1)
})

test('A trimmed conversation drops the oldest messages, which can be loaded again', () => {
  const conversation = new Conversation('me')
  const page = [3, 2, 1].map((position) => aMessage({ position }))
  conversation.replace(page, true)
  conversation.trim(3)
  expect(conversation.complete).toBe(true)
  conversation.trim(2)
  expect(positions(conversation)).toEqual([2, 3])
  expect(conversation.complete).toBe(false)
})

test('A sent message that arrives after its answer is not shown twice', () => {
  const conversation = new Conversation('me')
  const sent = aMessage({ position: 3, sender: me, text: 'hello' })
  conversation.send('k', 'hello')
  conversation.settle('k', sent)
  expect(conversation.receive(sent)).toBe(false)
  expect(positions(conversation)).toEqual([3])
})

test('Settling, failing or discarding one message leaves the other as it is', () => {
  const conversation = new Conversation('me')
  for (const key of ['a', 'b', 'c', 'd']) conversation.send(key, key)
  conversation.settle('a', aMessage({ position: 3 }))
  conversation.fail('b', 'No answer.')
  conversation.discard('c')
  const pending = [
    { key: 'b', text: 'b', failure: 'No answer.' },
    { key: 'd', text: 'd', failure: undefined },
  ]
  expect([conversation.pending, conversation.sending]).toEqual([pending, 1])
})

test('A message that a new history dropped hides no pending message any more', () => {
  const conversation = new Conversation('me')
  conversation.send('k', 'hello')
  conversation.receive(aMessage({ position: 3, sender: me, text: 'hello' }))
  conversation.replace([], true)
  expect(conversation.pending).toHaveLength(1)
})

test('A key that was discarded hides nothing when it is sent again', () => {
  const conversation = new Conversation('me')
  conversation.send('k', 'hello')
  conversation.receive(aMessage({ position: 3, sender: me, text: 'hello' }))
  conversation.discard('k')
  conversation.send('k', 'hello')
  expect(conversation.pending).toHaveLength(1)
})

test.each([{ text: 7 }, { level: 7 }, [], null, 'text', 7])(
  'A message with the data %j has no text and hides nothing',
  (data) => {
    const message = aMessage({ sender: me, data })
    const conversation = new Conversation('me')
    conversation.send('k', 'hello')
    conversation.receive(message)
    expect([textOf(message), conversation.pending.length]).toEqual([undefined, 1])
  },
)

test('A page of older messages says whether there are more', () => {
  const conversation = new Conversation('me')
  conversation.replace([aMessage({ position: 9 })], false)
  conversation.extend([aMessage({ position: 8 })], false)
  expect(conversation.complete).toBe(false)
  conversation.extend([aMessage({ position: 7 })], true)
  expect(conversation.complete).toBe(true)
})

test('A trimmed conversation keeps only the gaps after its oldest message', () => {
  const conversation = new Conversation('me')
  conversation.replace(
    [9, 5, 3].map((position) => aMessage({ position })),
    true,
  )
  const gaps = [
    { before: 3, after: 1 },
    { before: 5, after: 3 },
    { before: 9, after: 5 },
  ]
  for (const gap of gaps) conversation.miss({ channel: 'lobby', reason: 'lost', ...gap })
  conversation.trim(2)
  expect(conversation.gaps.map(({ before }) => before)).toEqual([9])
})
