import { expect, test } from '@jest/globals'
import { aMessage } from './messageFixture.ts'
import { isControl, isHistoryPage, isMessage, parseJson } from './wire.ts'

test('a message is a message', () => {
  expect(isMessage(aMessage())).toBe(true)
})

test.each([
  null,
  'text',
  {},
  { ...aMessage(), position: 0 },
  { ...aMessage(), position: '1' },
  { ...aMessage(), position: 1.5 },
  { ...aMessage(), previous: 1 },
  { ...aMessage(), sender: null },
  { ...aMessage(), sender: { id: 'alice' } },
  { ...aMessage(), sentAt: undefined },
])('%j is none', (value) => {
  expect(isMessage(value)).toBe(false)
})

test('a page with anything but messages is none', () => {
  const page = { channel: 'lobby', messages: [aMessage()], head: 1, next: null, prev: null }
  expect(isHistoryPage(page)).toBe(true)
  expect(isHistoryPage({ ...page, messages: [{}] })).toBe(false)
  expect(isHistoryPage({ ...page, head: -1 })).toBe(false)
})

test('a control event is checked for what is relied on', () => {
  expect(isControl('gap', { channel: 'lobby', after: 1, before: 3, reason: 'lost' })).toBe(true)
  expect(isControl('gap', { channel: 'lobby', after: 1 })).toBe(false)
  expect(isControl('heartbeat', { position: 'ten' })).toBe(false)
})

test('a text that is no JSON is undefined', () => {
  expect(parseJson('{"a":1}')).toEqual({ a: 1 })
  expect(parseJson('{"a":')).toBeUndefined()
})
