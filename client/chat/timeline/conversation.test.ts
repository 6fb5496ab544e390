import { expect, test } from '@jest/globals'
import { aMessage } from '../../sdk/messageFixture.ts'
import { type Conversation, textOf } from './conversation.ts'
import { converse } from './conversationFixture.ts'

const me = { id: 'me', name: 'Me' }
const positions = (conversation: Conversation) => conversation.messages.map((m) => m.position)

const sent = (position: number, text = 'hello') => aMessage({ position, sender: me, text })

test('A message is pending while it is unsent, with the reason if it was refused', () => {
  const { conversation, send, fail } = converse()
  send('a', 'hello')
  send('b', 'too much')
  fail('b', 'too-large')
  expect(conversation.pending).toEqual([
    { key: 'a', text: 'hello', failure: undefined },
    { key: 'b', text: 'too much', failure: 'This message is too long.' },
  ])
})

test('A sent message that arrives before its answer is not shown twice', () => {
  const { conversation, send, forget } = converse()
  send('k', 'hello')
  conversation.receive(sent(3))
  expect(conversation.pending).toEqual([])
  forget('k')
  conversation.settle('k', sent(3))
  expect(positions(conversation)).toEqual([3])
})

test('A sent message that arrives after its answer is not shown twice, and is not new', () => {
  const { conversation } = converse()
  conversation.replace([sent(2)], true)
  conversation.settle('k', sent(3))
  expect([conversation.receive(sent(3)), conversation.complete]).toEqual(['nothing', true])
  expect(positions(conversation)).toEqual([2, 3])
})

test('Each arrival hides one of two equal sent messages, the older one first', () => {
  const { conversation, send } = converse()
  send('a', 'hello')
  send('b', 'hello')
  conversation.receive(sent(3))
  expect(conversation.pending.map(({ key }) => key)).toEqual(['b'])
  conversation.receive(sent(4))
  expect(conversation.pending).toEqual([])
})

test('A message with the same text by somebody else, or one that is known, hides nothing', () => {
  const { conversation, send } = converse()
  conversation.replace([sent(2)], true)
  send('k', 'hello')
  conversation.receive(aMessage({ position: 3, text: 'hello' }))
  conversation.receive(sent(2))
  expect(conversation.pending).toHaveLength(1)
})

test('A failed message is shown again, even if another message was taken for it', () => {
  const { conversation, send, fail, retry } = converse()
  send('k', 'hello')
  conversation.receive(sent(3))
  fail('k', 'forbidden')
  conversation.fail('k')
  const [pending] = conversation.pending
  expect(pending?.failure).toBe('You may not write in this channel.')
  retry('k')
  expect(conversation.pending).toEqual([{ key: 'k', text: 'hello', failure: undefined }])
})

test('A message that a new history dropped hides no pending message any more', () => {
  const { conversation, send } = converse()
  send('k', 'hello')
  conversation.receive(sent(3))
  conversation.replace([], true)
  expect(conversation.pending).toHaveLength(1)
})

test.each([{ text: 7 }, { level: 7 }, [], null, 'text', 7])(
  'A message with the data %j has no text and hides nothing',
  (data) => {
    const message = aMessage({ sender: me, data })
    const { conversation, send } = converse()
    send('k', 'hello')
    conversation.receive(message)
    expect([textOf(message), conversation.pending.length]).toEqual([undefined, 1])
  },
)
