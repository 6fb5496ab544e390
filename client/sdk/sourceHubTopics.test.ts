import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { hub } from './sourceHubFixture.ts'
import type { News } from './streamState.ts'

beforeEach(() => {
  jest.useFakeTimers()
})
afterEach(() => {
  jest.useRealTimers()
})

const begin = () => jest.advanceTimersByTime(20)
const ready: News = {
  is: 'ready',
  id: 'ep-4',
  ready: { position: 4, complete: true, channels: {} },
}
const ANN = { id: 'user:ann', name: 'Ann' }
const BOB = { id: 'user:bob', name: 'Bob' }

test('Tabs share the presence and the signals that any of them asks for, and each hears its own', () => {
  const { ask, open, put, told } = hub()
  ask('a', 'lobby', '4', { presence: ['lobby'] })
  ask('b', 'news', '4', { signals: ['news'] })
  begin()
  expect(open()).toEqual(['stream lobby+news 4 lobby/news'])
  put(ready)
  told.length = 0
  const sender = ANN
  put({ is: 'presence', presence: { channel: 'lobby', count: 7 } })
  put({
    is: 'signal',
    signal: { channel: 'news', type: 't', sender, data: 1, sentAt: '2026-11-21T19:33:02.123Z' },
  })
  expect(told).toEqual(['a presence {"channel":"lobby","count":7}', 'b signal'])
})

test('A tab that comes later is told who is there, as it was told in parts to the others', () => {
  const { ask, opened, put, told } = hub()
  ask('a', 'lobby', '4', { presence: ['lobby'] })
  begin()
  put(ready)
  put({ is: 'presence', presence: { channel: 'lobby', count: 1, people: [ANN] } })
  put({ is: 'presence', presence: { channel: 'lobby', count: 2, joined: [BOB], left: [] } })
  told.length = 0
  ask('b', 'lobby', '4', { presence: ['lobby'] })
  begin()
  const people = JSON.stringify([ANN, BOB])
  expect(told).toEqual(['b ready 4', `b presence {"channel":"lobby","count":2,"people":${people}}`])
  expect(opened.length).toBe(1)
})

test('Nobody stays present where their last tab has left', () => {
  const { sources, ask, open, put } = hub()
  ask('a', 'lobby', '4', { presence: ['lobby'] })
  ask('b', 'news', '4', { presence: ['news'] })
  ask('c', 'news', '4', { presence: ['news'] })
  begin()
  put(ready)
  sources.close('c')
  begin()
  expect(open()).toEqual(['stream lobby+news 4 lobby+news/'])
  sources.close('a')
  begin()
  expect(open()).toEqual(['stream news ep-4 news/'])
})
