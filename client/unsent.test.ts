import { expect, test } from '@jest/globals'
import { Unsent } from './unsent.ts'

function memory() {
  const items = new Map<string, string>()
  return {
    items,
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
    removeItem: (key: string) => void items.delete(key),
  }
}

const message = (key: string, channel = 'lobby') => ({ channel, key, text: `text ${key}` })

test('Drafts and messages outlive the page, each by its channel', () => {
  const storage = memory()
  const first = new Unsent(storage, 'user:alice')
  first.setDraft('lobby', 'half a')
  first.setDraft('other', 'b')
  first.setDraft('other', '')
  first.add(message('k1'))
  first.add(message('k2', 'other'))
  const second = new Unsent(storage, 'user:alice')
  expect([second.draft('lobby'), second.draft('other')]).toEqual(['half a', ''])
  expect(second.messages('lobby')).toEqual([message('k1')])
  expect(second.messages('other')).toEqual([message('k2', 'other')])
})

test('A message is kept with its failure until it is tried again, and is gone when it was sent', () => {
  const unsent = new Unsent(memory(), 'user:alice')
  unsent.add(message('k1'))
  unsent.add(message('k2'))
  unsent.settle('k1', 'No.')
  expect(unsent.messages('lobby')).toEqual([{ ...message('k1'), failure: 'No.' }, message('k2')])
  unsent.settle('k1', undefined)
  unsent.settle('k9', 'No.')
  unsent.remove('k2')
  expect(unsent.messages('lobby')).toEqual([message('k1')])
})

test('Another sender does not get them, and after signing out nobody does', () => {
  const storage = memory()
  const alice = new Unsent(storage, 'user:alice')
  alice.setDraft('lobby', 'half')
  alice.add(message('k1'))
  const bob = new Unsent(storage, 'user:bob')
  expect([bob.draft('lobby'), bob.messages('lobby')]).toEqual(['', []])
  alice.clear()
  // An answer may come after the sign-out.
  alice.settle('k1', 'No.')
  expect([storage.items.size, new Unsent(storage, 'user:alice').messages('lobby')]).toEqual([0, []])
})

test.each(['constructor', '__proto__'])('A channel may be called %s', (channel) => {
  const storage = memory()
  expect(new Unsent(storage, 'a').draft(channel)).toBe('')
  new Unsent(storage, 'a').setDraft(channel, 'half')
  expect(new Unsent(storage, 'a').draft(channel)).toBe('half')
})

function denied(): never {
  throw new Error('denied')
}

test.each([undefined, { getItem: denied, setItem: denied, removeItem: denied }])(
  'Without storage they last as long as the page',
  (storage) => {
    const unsent = new Unsent(storage, 'a')
    unsent.setDraft('lobby', 'half')
    unsent.add(message('k1'))
    expect([unsent.draft('lobby'), unsent.messages('lobby')]).toEqual(['half', [message('k1')]])
  },
)

test.each([
  '',
  'null',
  '[]',
  '{"drafts":{},"messages":[{"key":1}]}',
  '{"drafts":{"a":1},"messages":[]}',
])('What is stored in another form (%s) is nothing', (text) => {
  const storage = memory()
  storage.setItem('causeway.unsent.a', text)
  const unsent = new Unsent(storage, 'a')
  expect([unsent.draft('a'), unsent.messages('lobby')]).toEqual(['', []])
})
