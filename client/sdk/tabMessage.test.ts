import { expect, test } from '@jest/globals'
import { isTabMessage, newsMessage, newsOf } from './tabMessage.ts'
import type { News } from './streamState.ts'
import { Problem } from '../../contract/problem.ts'

const heartbeat: News = { is: 'heartbeat', id: 'ep-4', heartbeat: { position: 4 } }
const request = { id: 'a', by: 'stream', channels: ['lobby'], since: '4', again: false }

test.each([
  heartbeat,
  { is: 'ended', reason: 'broken' },
  {
    is: 'ended',
    reason: 'unavailable',
    problem: new Problem('overloaded', 'Wait.', { retryAfter: 3 }),
  },
  { is: 'ended', reason: 'unreachable', problem: new Problem('forbidden') },
] satisfies News[])('News ($is) arrive in another tab as they were', (news) => {
  const message: unknown = structuredClone(newsMessage('leader', ['a'], news))
  expect(isTabMessage(message)).toBe(true)
  const arrived = isTabMessage(message) && message.is === 'news' ? newsOf(message) : undefined
  expect(arrived).toEqual(news)
  if (arrived?.is !== 'ended' || news.is !== 'ended') return
  expect([
    arrived.problem instanceof Problem,
    arrived.problem?.type,
    arrived.problem?.retryAfter,
  ]).toEqual([news.problem !== undefined, news.problem?.type, news.problem?.retryAfter])
})

test.each([
  { is: 'open', tab: 't', request },
  { is: 'close', id: 'a' },
  { is: 'lead', leader: 't' },
  { is: 'taken', leader: 't', id: 'a' },
])('The message $is is known', (message) => {
  expect(isTabMessage(message)).toBe(true)
})

test.each([
  null,
  'lead',
  {},
  { is: 'lead' },
  { is: 'taken', leader: 't' },
  { is: 'close' },
  { is: 'open', tab: 't' },
  { is: 'open', request },
  { is: 'news', leader: 't', ids: 'a', news: heartbeat },
  { is: 'news', leader: 't', ids: ['a'] },
  { is: 'news', leader: 't', ids: ['a'], news: heartbeat, problem: { type: 'later' } },
  { is: 'later' },
])('The message %j is ignored', (message) => {
  expect(isTabMessage(message)).toBe(false)
})
