import { expect, test } from '@jest/globals'
import { aMessage } from './messageFixture.ts'
import {
  isChannelsPage,
  isControl,
  isHistoryPage,
  isMessage,
  isObject,
  isSearchPage,
  parseJson,
} from './typeGuards.ts'

test('A message is a message, also the first of a channel and with fields of a later version', () => {
  expect(isMessage(aMessage())).toBe(true)
  expect(isMessage({ ...aMessage({ position: 9, previous: 0 }), later: 1 })).toBe(true)
})

test.each(['id', 'channel', 'type', 'sender', 'sentAt', 'position', 'previous'])(
  'A message without its field %s is none',
  (field) => {
    expect(isMessage({ ...aMessage(), [field]: undefined })).toBe(false)
    expect(isMessage({ ...aMessage(), [field]: null })).toBe(false)
    expect(isMessage({ ...aMessage(), [field]: true })).toBe(false)
  },
)

test.each([
  null,
  undefined,
  'text',
  7,
  {},
  [],
  { ...aMessage(), position: 0 },
  { ...aMessage(), position: '1' },
  { ...aMessage(), position: 1.5 },
  { ...aMessage(), position: 2 ** 53 },
  { ...aMessage(), previous: -1 },
  { ...aMessage(), previous: 1 },
  { ...aMessage(), previous: 2 },
  { ...aMessage(), sender: {} },
  { ...aMessage(), sender: { id: 'alice' } },
  { ...aMessage(), sender: { name: 'Alice' } },
])('The value %j is no message', (value) => {
  expect(isMessage(value)).toBe(false)
})

const page = { channel: 'lobby', messages: [aMessage()], head: 1, next: null, prev: null }

test('A page of history is one with any number of messages', () => {
  expect(isHistoryPage(page)).toBe(true)
  expect(isHistoryPage({ ...page, messages: [], head: 0 })).toBe(true)
})

test.each([
  null,
  { ...page, messages: undefined },
  { ...page, messages: 'none' },
  { ...page, messages: [aMessage(), {}] },
  { ...page, head: -1 },
  { ...page, head: '1' },
  { ...page, next: undefined },
])('The value %j is no page of history', (value) => {
  expect(isHistoryPage(value)).toBe(false)
})

const gap = { channel: 'lobby', after: 1, before: 3, reason: 'lost' }

test.each([
  ['ready', { position: 0 }],
  ['gap', gap],
  ['reset', {}],
  ['heartbeat', { position: 7 }],
  ['goodbye', {}],
] as const)('An event %s may be %j', (event, value) => {
  expect(isControl(event, value)).toBe(true)
})

test.each([
  ['ready', {}],
  ['ready', { position: -1 }],
  ['gap', { ...gap, channel: 7 }],
  ['gap', { ...gap, after: undefined }],
  ['gap', { ...gap, before: '3' }],
  ['reset', null],
  ['heartbeat', { position: 'ten' }],
  ['goodbye', 'text'],
] as const)('An event %s is not %j', (event, value) => {
  expect(isControl(event, value)).toBe(false)
})

test('A text that is no JSON is undefined', () => {
  expect(parseJson('{"a":1}')).toEqual({ a: 1 })
  expect(parseJson('null')).toBe(null)
  expect(parseJson('{"a":')).toBeUndefined()
  expect(parseJson('')).toBeUndefined()
})

test('Null is no object', () => {
  expect([null, 'text', 7, undefined].some(isObject)).toBe(false)
  expect(isObject({})).toBe(true)
})

const hit = { ...aMessage(), highlight: ['a ', 'crane'] }

test('A page of a search has messages with highlights', () => {
  expect(isSearchPage({ messages: [hit], next: null })).toBe(true)
  expect(isSearchPage({ messages: [], next: '/history?q=x' })).toBe(true)
})

test.each([
  null,
  { messages: 'none', next: null },
  { messages: [aMessage()], next: null },
  { messages: [{ highlight: [] }], next: null },
  { messages: [hit] },
])('The value %j is no page of a search', (value) => {
  expect(isSearchPage(value)).toBe(false)
})

test('A page of channels has their names', () => {
  expect(isChannelsPage({ channels: [{ name: 'lobby' }], next: null })).toBe(true)
  for (const value of [null, { channels: [{}], next: null }, { channels: [] }]) {
    expect(isChannelsPage(value)).toBe(false)
  }
})
