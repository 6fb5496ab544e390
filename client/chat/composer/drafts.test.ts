import { expect, test } from '@jest/globals'
import { Drafts } from './drafts.ts'

function memory() {
  const items = new Map<string, string>()
  return {
    items,
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
    removeItem: (key: string) => void items.delete(key),
  }
}

test('Drafts outlive the page, each by its channel', () => {
  const storage = memory()
  const first = new Drafts(storage, 'user:alice')
  first.set('lobby', 'half a')
  first.set('other', 'b')
  first.set('other', '')
  const second = new Drafts(storage, 'user:alice')
  expect([second.get('lobby'), second.get('other')]).toEqual(['half a', ''])
})

test('Another sender does not get them, and after signing out nobody does', () => {
  const storage = memory()
  const alice = new Drafts(storage, 'user:alice')
  alice.set('lobby', 'half')
  expect(new Drafts(storage, 'user:bob').get('lobby')).toBe('')
  alice.clear()
  expect([storage.items.size, new Drafts(storage, 'user:alice').get('lobby')]).toEqual([0, ''])
})

test.each(['constructor', '__proto__'])('A channel may be called %s', (channel) => {
  const storage = memory()
  expect(new Drafts(storage, 'a').get(channel)).toBe('')
  new Drafts(storage, 'a').set(channel, 'half')
  expect(new Drafts(storage, 'a').get(channel)).toBe('half')
})

function denied(): never {
  throw new Error('denied')
}

test.each([undefined, { getItem: denied, setItem: denied, removeItem: denied }])(
  'Without storage they last as long as the page',
  (storage) => {
    const drafts = new Drafts(storage, 'a')
    drafts.set('lobby', 'half')
    expect(drafts.get('lobby')).toBe('half')
  },
)

test.each(['', 'null', '["a"]x', '{"lobby":1}'])(
  'What is stored in another form (%s) is nothing',
  (text) => {
    const storage = memory()
    storage.setItem('causeway.drafts.a', text)
    expect(new Drafts(storage, 'a').get('lobby')).toBe('')
  },
)
