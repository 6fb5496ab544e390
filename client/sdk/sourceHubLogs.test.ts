import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { aMessage } from './messageFixture.ts'
import { hub } from './sourceHubFixture.ts'
import type { News } from './streamState.ts'

/* Channels of several logs: ids say where a stream is in each, and positions of one log say nothing about another. */

beforeEach(() => {
  jest.useFakeTimers()
})
afterEach(() => {
  jest.useRealTimers()
})

const BOTH = { channels: ['lobby', 'news'] }
const begin = () => jest.advanceTimersByTime(20)

const ready = (id: string): News => ({
  is: 'ready',
  id,
  ready: { position: 4, complete: true, channels: {} },
})
const message = (channel: string, id: string): News => ({
  is: 'message',
  id,
  message: aMessage({ position: 5, channel }),
})

test('Requests whose channels are of several logs get a source each, from their own places', () => {
  const { ask, open, opened, told } = hub()
  ask('a', 'lobby', 'ep-9')
  ask('b', 'news', '4')
  begin()
  opened[0]?.put(ready('~Aep-4Bfq-7'))
  begin()
  expect([open(), told]).toEqual([['stream lobby ep-9', 'stream news 4'], []])
  opened[1]?.put(ready('ep-9'))
  opened[2]?.put(message('news', 'fq-8'))
  expect(told).toEqual(['a ready 4', 'b m5'])
})

test('One request over several logs keeps its source, and the next one gets another', () => {
  const { ask, open, opened, told } = hub()
  ask('a', 'lobby', 'ep-9', BOTH)
  begin()
  opened[0]?.put(ready('~Aep-9Bfq-7'))
  opened[0]?.put({ is: 'heartbeat', id: '~Aep-9Bfq-8', heartbeat: {} })
  ask('b', 'lobby', 'ep-9')
  begin()
  expect([open(), told]).toEqual([
    ['stream lobby+news ep-9', 'stream lobby ep-9'],
    ['a ready 4', 'a heartbeat'],
  ])
})

test('A request that comes back from several logs to a new leader gets one by itself, and can be replaced', () => {
  const { ask, open } = hub()
  ask('a', 'lobby', '~Aep-9Bfq-7', BOTH)
  ask('b', 'lobby', 'ep-9')
  begin()
  ask('a', 'lobby', '~Aep-9Bfq-8', BOTH)
  begin()
  expect(open()).toEqual(['stream lobby ep-9', 'stream lobby+news ~Aep-9Bfq-8'])
})
