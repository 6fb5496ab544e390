import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { Causeway } from './causeway.ts'
import { channels } from './channels.ts'
import { type FakeRequest, fakeFetch, settled } from './fetchFixture.ts'
import { history, historyPage, historyPages, messageAt } from './history.ts'
import { aMessage } from './messageFixture.ts'
import { search, searchPage } from './search.ts'

let requests: FakeRequest[]
let newest: () => FakeRequest
const causeway = new Causeway({ base: 'https://chat.example/sub/', timeoutMs: 0 })

beforeEach(() => {
  ;({ requests, newest } = fakeFetch())
})
afterEach(() => {
  jest.restoreAllMocks()
})

const page = (positions: number[], next: string | null = null) => ({
  channel: 'lobby',
  messages: positions.map((position) => aMessage({ position })),
  head: 9,
  low: 0,
  next,
  prev: null,
})
const query = ({ url }: FakeRequest) =>
  [...url.searchParams].map(([name, value]) => `${name}=${value}`)

/** Takes all of an iterator, whose requests get these answers one after the other. */
async function all<T>(items: AsyncIterable<T>, answers: unknown[]): Promise<T[]> {
  const taken: T[] = []
  const end = (async () => {
    for await (const item of items) taken.push(item)
  })()
  for (const answer of answers) {
    await settled()
    newest().answer(answer)
  }
  await end
  return taken
}

test('A page is asked for by all that a query can say, and by nothing that it leaves out', async () => {
  const answer = historyPage(causeway, {
    channel: ['lobby', 'news'],
    sender: 'user:alice',
    type: 'tide',
    about: 4,
    before: 40,
    after: 2,
    from: '2026-01-01T00:00:00+01:00',
    to: undefined,
    changes: true,
    limit: 50,
    order: 'asc',
  })
  newest().answer(page([3]))
  expect((await answer).messages.map(({ position }) => position)).toEqual([3])
  expect(newest().url.pathname).toBe('/sub/history')
  expect(query(newest())).toEqual([
    'channel=lobby',
    'channel=news',
    'sender=user:alice',
    'type=tide',
    'about=4',
    'before=40',
    'after=2',
    'from=2026-01-01T00:00:00+01:00',
    'changes=true',
    'limit=50',
    'order=asc',
  ])
})

const NEXT = 'https://evil.example/history?channel=lobby&before=5'

test('Pages follow each other below the own base, whatever host an answer names, also empty ones', async () => {
  const answers = [page([7, 6], NEXT), page([], '/history?channel=lobby&before=3'), page([2])]
  const pages = await all(historyPages(causeway, { channel: 'lobby' }), answers)
  expect(pages.map(({ messages }) => messages.length)).toEqual([2, 0, 1])
  expect(requests.map(({ url }) => url.href)).toEqual([
    'https://chat.example/sub/history?channel=lobby',
    'https://chat.example/sub/history?channel=lobby&before=5',
    'https://chat.example/sub/history?channel=lobby&before=3',
  ])
})

test('Messages come from as many pages as are taken, and no page is asked for in advance', async () => {
  const messages = history(causeway, { channel: 'lobby' })
  const first = messages.next()
  newest().answer(page([7, 6], NEXT))
  expect((await first).value?.position).toBe(7)
  expect((await messages.next()).value?.position).toBe(6)
  await messages.return()
  expect(requests).toHaveLength(1)
})

test('A history that its reader leaves ends with the reason', async () => {
  const controller = new AbortController()
  const end = history(causeway, { channel: 'lobby' }, controller.signal).next()
  controller.abort(new Error('left'))
  await expect(end).rejects.toThrow('left')
})

test('One message is asked for by its position', async () => {
  const answer = messageAt(causeway, 'rooms.berlin', 7)
  newest().answer(aMessage({ position: 7 }))
  expect((await answer).position).toBe(7)
  expect(newest().url.pathname).toBe('/sub/channels/rooms.berlin/messages/7')
})

const hit = (position: number) => ({ ...aMessage({ position }), highlight: ['see the ', 'crane'] })
const hits = (positions: number[], next: string | null = null) => ({
  messages: positions.map(hit),
  head: 9,
  searched: { after: 0, upTo: 9 },
  next,
})

test('A search asks for words, in all channels or in some, and follows its pages', async () => {
  const found = await all(search(causeway, { q: '"red crane" -van', order: 'rank' }), [
    hits([7], '/history?q=x&page=2'),
    hits([], '/history?q=x&page=3'),
    hits([5]),
  ])
  expect(found).toEqual([hit(7), hit(5)])
  expect(requests[0] && query(requests[0])).toEqual(['q="red crane" -van', 'order=rank'])
  const first = searchPage(causeway, { q: 'hi', channel: 'lobby', limit: 5 })
  newest().answer(hits([3]))
  expect((await first).searched).toEqual({ after: 0, upTo: 9 })
  expect(query(newest())).toEqual(['channel=lobby', 'q=hi', 'limit=5'])
})

const entry = (name: string) => ({ name, head: 3, messages: 3, last: null })

test('Channels are listed by their names, page by page', async () => {
  const listed = await all(channels(causeway, { prefix: 'rooms.' }), [
    { channels: [entry('rooms.a')], next: '/channels?prefix=rooms.&after=rooms.a' },
    { channels: [entry('rooms.b')], next: null },
  ])
  expect(listed).toEqual([entry('rooms.a'), entry('rooms.b')])
  expect(requests.map(({ url }) => url.pathname + url.search)).toEqual([
    '/sub/channels?prefix=rooms.',
    '/sub/channels?prefix=rooms.&after=rooms.a',
  ])
})
