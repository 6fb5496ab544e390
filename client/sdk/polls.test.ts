import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { Causeway } from './causeway.ts'
import { type FakeRequest, fakeFetch, settled } from './fetchFixture.ts'
import { aMessage } from './messageFixture.ts'
import { readPolls } from './polls.ts'
import type { News } from './streamState.ts'

let requests: FakeRequest[]
let newest: () => FakeRequest
let reader: AbortController

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] })
  ;({ requests, newest } = fakeFetch())
  reader = new AbortController()
})
afterEach(async () => {
  reader.abort()
  await settled()
  jest.restoreAllMocks()
  jest.useRealTimers()
})

/** Polls; the news in short: `ready 4`, `m5`, `upTo 5`, `gap 4..8`. */
function poll(since: string, channels = ['lobby']): string[] {
  const seen: string[] = []
  const causeway = new Causeway({ base: 'https://chat.example/' })
  const put = (news: News) => seen.push(short(news))
  const asked = { channels, presence: [], signals: [], since, again: false }
  void readPolls({ ...asked, causeway, signal: reader.signal, put })
  return seen
}

function short(news: News): string {
  if (news.is === 'message') return `m${news.message.position}`
  if (news.is === 'ready') return `ready ${news.ready.position}`
  if (news.is === 'heartbeat') return `upTo ${news.heartbeat.position}`
  if (news.is === 'gap') return `gap ${news.gap.after}..${news.gap.before}`
  return news.is === 'ended' ? `ended ${news.reason} ${news.problem?.type}` : news.is
}

const page = (positions: number[], more: object = {}) => ({
  channel: 'lobby',
  messages: positions.map((position) => aMessage({ position })),
  head: positions.at(-1) ?? 0,
  low: 0,
  next: null,
  prev: null,
  ...more,
})
const asked = ({ url }: FakeRequest) =>
  [...url.searchParams]
    .filter(([name]) => name !== 'changes')
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')

async function answer(body: unknown): Promise<void> {
  newest().answer(body)
  await settled()
}

test.each(['4', 'ep-4'])(
  'Polls go on after %s, each with the last position that it got',
  async (since) => {
    const seen = poll(since)
    await settled()
    await answer(page([5, 7]))
    await answer(page([8]))
    expect(seen).toEqual(['ready 4', 'm5', 'm7', 'upTo 7', 'm8', 'upTo 8'])
    expect(requests.map(asked)).toEqual(
      [4, 7, 8].map((after) => `channel=lobby after=${after} order=asc wait=25 limit=500`),
    )
    expect(requests.every(({ url }) => url.searchParams.get('changes') === 'true')).toBe(true)
  },
)

test('Polls from now on begin at the head', async () => {
  const seen = poll('', ['lobby', 'news'])
  await answer(page([9], { head: 9 }))
  expect(seen).toEqual(['ready 9'])
  expect(requests.map(asked)).toEqual([
    'channel=lobby channel=news order=desc limit=1',
    'channel=lobby channel=news after=9 order=asc wait=25 limit=500',
  ])
})

test('Polls from a time on begin after the last message before it, or at the first of all', async () => {
  const time = '2026-11-21T19:33:02Z'
  const seen = poll(time)
  await answer(page([6], { head: 9 }))
  expect(seen).toEqual(['ready 6'])
  expect(requests[0] && asked(requests[0])).toBe(`channel=lobby order=desc limit=1 to=${time}`)
  const fromStart = poll(time)
  await answer(page([], { head: 9 }))
  expect(fromStart).toEqual(['ready 0'])
})

test('Polls of the last few messages bring those of each channel, in order', async () => {
  const seen = poll('-2', ['lobby', 'news'])
  await answer(page([9], { head: 9 }))
  requests[1]?.answer(page([9, 4]))
  requests[2]?.answer(page([7, 6]))
  await settled()
  expect(seen).toEqual(['ready 9', 'm4', 'm6', 'm7', 'm9'])
  expect(requests.slice(1, 3).map(asked)).toEqual([
    'channel=lobby order=desc limit=2 before=10',
    'channel=news order=desc limit=2 before=10',
  ])
})

test('Polls tell once that messages have been removed', async () => {
  const seen = poll('4')
  await settled()
  await answer(page([], { low: 7, head: 7 }))
  jest.advanceTimersByTime(1_000)
  await settled()
  await answer(page([9], { low: 7 }))
  expect(seen).toEqual(['ready 4', 'gap 4..8', 'upTo 7', 'm9', 'upTo 9'])
})

test('Polls tell that the log went back', async () => {
  const seen = poll('4')
  await settled()
  await answer(page([9]))
  await answer(page([], { head: 6 }))
  expect([seen.at(-1), requests.length]).toEqual(['reset', 2])
})

test('A channel that is behind the log is no log that went back', async () => {
  const seen = poll('40')
  await settled()
  await answer(page([], { head: 3 }))
  expect(seen).toEqual(['ready 40', 'upTo 40'])
})

test('A server that answers at once that there is nothing is not asked all the time', async () => {
  poll('4')
  await settled()
  await answer(page([]))
  expect(requests).toHaveLength(1)
  jest.advanceTimersByTime(500)
  await settled()
  expect(requests).toHaveLength(2)
})

test.each([
  ['no answer', () => newest().fail(), 'ended unreachable undefined'],
  ['a refusal', () => newest().refuse(403, 'forbidden'), 'ended unreachable forbidden'],
  ['a busy service', () => newest().refuse(503, 'overloaded'), 'ended unavailable overloaded'],
])('Polls end with %s', async (_what, fail, end) => {
  const seen = poll('4')
  await settled()
  fail()
  await settled()
  expect(seen).toEqual(['ready 4', end])
})

test('Polls whose reader left ask for nothing any more', async () => {
  poll('4')
  await settled()
  reader.abort()
  await settled()
  jest.advanceTimersByTime(60_000)
  await settled()
  expect([requests.length, requests[0]?.isClosed]).toEqual([1, true])
})
