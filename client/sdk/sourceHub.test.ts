import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { aMessage } from './messageFixture.ts'
import { hub } from './sourceHubFixture.ts'
import type { News } from './streamState.ts'
import { Problem, type ProblemType } from '../../contract/problem.ts'

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
const message = (position: number, channel: string): News => ({
  is: 'message',
  id: `ep-${position}`,
  message: aMessage({ position, channel }),
})
const heartbeat = (position: number, id = `ep-${position}`): News => ({
  is: 'heartbeat',
  id,
  heartbeat: { position },
})
const ended = (type?: ProblemType): News => ({
  is: 'ended',
  reason: 'broken',
  ...(type !== undefined && { problem: new Problem(type) }),
})

test('Requests that come together get one source over all their channels, from the earliest on', () => {
  const { ask, open, opened } = hub()
  ask('a', 'lobby', '9')
  ask('b', 'news', '4')
  ask('c', 'lobby', '12')
  begin()
  expect([open(), opened.length]).toEqual([['stream lobby+news 4'], 1])
})

test('Each request is told of its own channels, and of what concerns all', () => {
  const { ask, told, put } = hub()
  ask('a', 'lobby', '4')
  ask('b', 'news', '4')
  begin()
  put(ready)
  put(message(5, 'lobby'))
  put(message(6, 'news'))
  put(message(7, 'other'))
  put({ is: 'gap', id: '', gap: { channel: 'news', after: 7, before: 9, reason: 'lost' } })
  put(heartbeat(9))
  expect(told).toEqual(['a ready 4', 'b ready 4', 'a m5', 'b m6', 'b gap', 'a,b heartbeat'])
})

test('A request for what is on its way already is ready at once, and opens nothing', () => {
  const { ask, told, put, opened } = hub()
  ask('a', 'lobby', '4')
  begin()
  put(ready)
  put(message(5, 'lobby'))
  ask('b', 'lobby', '5')
  put(message(6, 'lobby'))
  expect([told, opened.length]).toEqual([['a ready 4', 'a m5', 'b ready 5', 'a,b m6'], 1])
})

test('Nobody is told that a source is ready before the server says so', () => {
  const { ask, told, put } = hub()
  ask('a', 'lobby', '4')
  begin()
  ask('b', 'lobby', '4')
  expect(told).toEqual([])
  put(ready)
  expect(told).toEqual(['a ready 4', 'b ready 4'])
})

test.each([
  ['another channel', 'news', 'ep-9', 'stream lobby+news ep-7'],
  ['what was before', 'lobby', '5', 'stream lobby ep-5'],
  ['what was before, by an id', 'lobby', 'xy-5', 'stream lobby xy-5'],
])('A request for %s opens one source in the place of the other', (_what, channel, since, what) => {
  const { ask, put, open, opened } = hub()
  ask('a', 'lobby', '4')
  begin()
  put(message(7, 'lobby'))
  ask('b', channel, since)
  begin()
  expect([open(), opened.length]).toEqual([[what], 2])
})

test('Those who are not content with an old source get a new one, all of them the same', () => {
  const { ask, put, opened, sources } = hub()
  ask('a', 'lobby', '4')
  ask('b', 'lobby', '4')
  begin()
  put(message(7, 'lobby'))
  jest.advanceTimersByTime(45_000)
  for (const id of ['a', 'b']) {
    sources.close(id)
    ask(`${id}2`, 'lobby', 'ep-7', { again: true })
    begin()
  }
  expect(opened.map(({ what }) => what)).toEqual(['stream lobby 4', 'stream lobby ep-7'])
})

test.each([ended(), { is: 'goodbye', id: '', reason: 'shutdown' } as const])(
  'After the end of a source ($is) the first who comes back opens it for all',
  (end) => {
    const { ask, put, open, opened, told } = hub()
    ask('a', 'lobby', '4')
    ask('b', 'news', '4')
    begin()
    put(message(7, 'lobby'))
    put(end)
    expect(told.at(-1)).toMatch(/^a,b /)
    expect(open()).toEqual([])
    ask('b2', 'news', 'ep-7', { again: true })
    begin()
    ask('a2', 'lobby', 'ep-7', { again: true })
    expect([open(), opened.length]).toEqual([['stream news+lobby ep-7'], 2])
  },
)

test.each(['forbidden', 'invalid-channel', 'invalid-parameter', 'malformed-request'] as const)(
  'If a source over all is refused as %s, only the request that is to blame hears so, and few sources are left',
  (type) => {
    const { ask, open, opened, told } = hub()
    for (let n = 0; n < 20; n += 1) ask(`r${n}`, n === 13 ? 'wrong' : `c${n}`, '4')
    begin()
    for (const { what, put } of opened) {
      if (what.includes('wrong')) put(ended(type))
      begin()
    }
    expect(told).toEqual([`r13 ended ${type}`])
    expect(open().length).toBeLessThanOrEqual(5)
    expect(open().join()).not.toMatch('wrong')
    for (const { put } of opened) put(message(5, 'c12'))
    expect(told.at(-1)).toBe('r12 m5')
  },
)

test('A channel of another request, which has not come back yet, does not make one be refused', () => {
  const { ask, put, open, told } = hub()
  ask('a', 'lobby', '4')
  ask('b', 'secret', '4')
  begin()
  put({ is: 'goodbye', id: '', reason: 'shutdown' })
  ask('a2', 'lobby', '4', { again: true })
  begin()
  put(ended('forbidden'))
  begin()
  expect([open(), told.at(-1)]).toEqual([['stream lobby 4'], 'a,b goodbye'])
})

test('A sign-in that has ended concerns all, who ask no more than once for it', () => {
  const { ask, put, opened, told } = hub()
  ask('a', 'lobby', '4')
  ask('b', 'news', '4')
  begin()
  put(ended('unauthenticated'))
  begin()
  expect([opened.length, told]).toEqual([1, ['a,b ended unauthenticated']])
})

test('Nothing is left of a log that was replaced', () => {
  const { ask, put, open, told } = hub()
  ask('a', 'lobby', 'ep-40')
  begin()
  put({ is: 'reset', reset: { reason: 'other-epoch' } })
  ask('a', 'lobby', '2')
  begin()
  expect([told, open()]).toEqual([['a reset'], ['stream lobby 2']])
})

test('Polls and a stream are two sources, and polls go on where they are', () => {
  const { ask, put, open } = hub()
  ask('a', 'lobby', '4')
  ask('b', 'lobby', 'ep-4', { by: 'polls' })
  begin()
  put(heartbeat(8, ''))
  ask('c', 'news', '9', { by: 'polls' })
  begin()
  expect(open()).toEqual(['stream lobby 4', 'polls lobby+news ep-8'])
})

test('The last one who leaves ends the source, and nobody hears of it any more', () => {
  const { ask, sources, open, opened, told } = hub()
  ask('a', 'lobby', '4')
  ask('b', 'lobby', '4')
  begin()
  sources.close('a')
  expect(open()).toHaveLength(1)
  sources.close('b')
  sources.close('unknown')
  opened[0]?.put(message(5, 'lobby'))
  expect([open(), told]).toEqual([[], []])
})

test('A hub that is stopped opens nothing any more', () => {
  const { ask, sources, opened } = hub()
  ask('a', 'lobby', '4')
  sources.stop()
  begin()
  expect([opened, jest.getTimerCount()]).toEqual([[], 0])
})
