import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { Unreachable } from './sdk/request.ts'
import { aPage, fakeApi, settled } from './apiFixture.ts'
import { type FakeSource, fakeEventSource } from './eventSourceFixture.ts'
import { aMessage } from './sdk/messageFixture.ts'
import { Room } from './room.ts'
import { SILENCE_MS } from './streamState.ts'
import { Problem } from '../contract/problem.ts'

let source: () => FakeSource
let opened: FakeSource[]
let rooms: Room[]
const { EventSource: original } = globalThis

beforeEach(() => {
  rooms = []
  ;({ source, opened, EventSource: globalThis.EventSource } = fakeEventSource())
})

afterEach(() => {
  for (const room of rooms) room.leave()
  jest.restoreAllMocks()
  globalThis.EventSource = original
})

/** The handlers' calls since the last look. */
function enter() {
  const { api, posts, pages, unsent } = fakeApi()
  const events: string[] = []
  const options = { api, base: 'https://chat.example/', channel: 'lobby', me: 'me', unsent }
  const room = new Room(options, {
    connection: (connection) => events.push(connection.is),
    change: () => events.push('change'),
    arrived: ({ position }) => events.push(`m${position}`),
  })
  rooms.push(room)
  const positions = () => room.conversation.messages.map(({ position }) => position)
  return { room, posts, pages, positions, news: () => events.splice(0) }
}

/** A room that is live, with one page of history. */
async function live(page = aPage([8, 7], '/next')) {
  const entered = enter()
  entered.pages[0]?.resolve(page)
  await settled()
  source().ready(page.head)
  entered.news()
  return entered
}

test('A room is entered when its history is loaded', async () => {
  const { room, pages, news, positions } = enter()
  expect([room.entered, room.older, news()]).toEqual([false, 'idle', ['connecting']])
  expect(pages[0]?.args[1]).toEqual({ limit: 50 })
  pages[0]?.resolve(aPage([8, 7], '/next'))
  await settled()
  expect([room.entered, room.conversation.complete]).toEqual([true, false])
  expect([positions(), news()]).toEqual([
    [7, 8],
    ['change', 'connecting'],
  ])
})

test('A live message is shown and announced, and a repeated one is not', async () => {
  const { news, positions } = await live()
  source().send('message', aMessage({ position: 9 }), 'ep-9')
  source().send('message', aMessage({ position: 9 }), 'ep-9')
  expect([positions(), news()]).toEqual([
    [7, 8, 9],
    ['change', 'm9'],
  ])
})

test('A live message that history had already is not announced', async () => {
  const { news, positions } = await live({ ...aPage([9, 8]), head: 8 })
  source().send('message', aMessage({ position: 9 }), 'ep-9')
  expect([positions(), news()]).toEqual([[8, 9], []])
})

test('A gap is shown', async () => {
  const { room, news } = await live()
  source().send('gap', { channel: 'lobby', after: 8, before: 11, reason: 'retention' })
  expect([room.conversation.gaps.length, news()]).toEqual([1, ['change']])
})

test('A message is posted once with a key of its own, and settled by its answer', async () => {
  const { room, posts, positions, news } = await live()
  expect(room.send('hello')).toBe(true)
  await settled()
  const [channel, data, key] = posts[0]?.args ?? []
  expect([channel, data]).toEqual(['lobby', { text: 'hello' }])
  expect(room.conversation.pending).toEqual([{ key, text: 'hello', failure: undefined }])
  posts[0]?.resolve(aMessage({ position: 9 }))
  await settled()
  expect([posts.length, room.conversation.pending, positions()]).toEqual([1, [], [7, 8, 9]])
  expect(news()).toEqual(['change', 'change'])
  room.send('again')
  await settled()
  expect(posts[1]?.args[2]).not.toBe(key)
})

test('A message that failed says why, and is retried with the same key and text', async () => {
  const { room, posts } = await live()
  room.send('one')
  room.send('two')
  await settled()
  posts[0]?.reject(new Problem('too-large'))
  await settled()
  const [key = ''] = room.conversation.pending.map((pending) => pending.key)
  expect(room.conversation.pending.map(({ failure }) => failure)).toEqual([
    'This message is too long.',
    undefined,
  ])
  room.retry(key)
  expect(room.conversation.sending).toBe(2)
  posts[1]?.resolve(aMessage({ position: 9 }))
  await settled()
  expect(posts.map(({ args }) => args[1])).toEqual(['one', 'two', 'one'].map((text) => ({ text })))
  expect(posts[2]?.args[2]).toBe(key)
})

test('A message that is discarded is shown no more, and an unknown one changes nothing', async () => {
  const { room, posts, news } = await live()
  room.send('one')
  await settled()
  posts[0]?.reject(new Problem('too-large'))
  await settled()
  const [key = ''] = room.conversation.pending.map((pending) => pending.key)
  room.discard(key)
  expect(room.conversation.pending).toEqual([])
  news()
  room.retry(key)
  await settled()
  expect([posts.length, news()]).toEqual([1, []])
})

test('At most 50 messages await their answer at once, and a failed one awaits none', async () => {
  const { room, posts } = await live()
  const taken = Array.from({ length: 51 }, (_, index) => room.send(`line ${index}`))
  expect(taken.filter(Boolean)).toHaveLength(50)
  expect(taken.at(-1)).toBe(false)
  await settled()
  posts[0]?.reject(new Problem('too-large'))
  await settled()
  expect([room.send('more'), room.send('too many')]).toEqual([true, false])
})

test('Older messages are loaded from before the oldest, one page at a time, until the first', async () => {
  const { room, pages, positions, news } = await live()
  const loading = room.loadOlder()
  void room.loadOlder()
  expect([room.older, pages.length, news()]).toEqual(['loading', 2, ['change']])
  expect(pages[1]?.args[1]).toEqual({ before: 7, limit: 50 })
  pages[1]?.resolve(aPage([6, 5]))
  await loading
  expect([room.older, positions(), news()]).toEqual(['idle', [5, 6, 7, 8], ['change']])
  await room.loadOlder()
  expect(pages).toHaveLength(2)
})

test('Older messages that do not load say why, and can be requested again', async () => {
  const { room, pages, positions } = await live()
  const loading = room.loadOlder()
  pages[1]?.reject(new Unreachable('cut'))
  await loading
  expect(room.older).toEqual({ failure: expect.stringMatching(/^No answer\./) })
  const again = room.loadOlder()
  pages[2]?.resolve(aPage([6]))
  await again
  expect([room.older, positions()]).toEqual(['idle', [6, 7, 8]])
})

test('Older messages of a log that was replaced meanwhile are dropped', async () => {
  const { room, pages, positions } = await live()
  const loading = room.loadOlder()
  source().send('reset', { reason: 'other-epoch' })
  pages[2]?.resolve(aPage([2], '/next'))
  await settled()
  pages[1]?.resolve(aPage([6, 5]))
  await loading
  expect([positions(), room.conversation.complete, room.older]).toEqual([[2], false, 'idle'])
})

test('Nothing older is loaded into an empty room or into a full one', async () => {
  const empty = await live({ ...aPage([]), next: '/next' })
  await empty.room.loadOlder()
  expect(empty.pages).toHaveLength(1)
  const { room, pages } = await live({ ...aPage([20_000]), next: '/next' })
  const many = Array.from({ length: 9_998 }, (_, index) => aMessage({ position: index + 10_000 }))
  room.conversation.extend(many, false)
  void room.loadOlder()
  expect(pages).toHaveLength(2)
  pages[1]?.resolve(aPage([9_999], '/next'))
  await settled()
  await room.loadOlder()
  expect([room.conversation.messages.length, pages.length]).toEqual([10_000, 2])
})

test('A room keeps 1,000 messages for a reader who follows, and 10,000 for one who does not', async () => {
  const { room } = await live()
  const many = Array.from({ length: 11_000 }, (_, index) => aMessage({ position: index + 10 }))
  room.conversation.extend(many, true)
  room.trim(false)
  expect(room.conversation.messages).toHaveLength(10_000)
  room.trim(true)
  expect(room.conversation.messages).toHaveLength(1_000)
})

test('A room passes on a check and the state of the network, and leaves its channel', async () => {
  const { room, news } = await live()
  room.network('offline')
  expect(news()).toEqual(['offline'])
  room.network('online')
  expect([news(), opened.length]).toEqual([['reconnecting'], 2])
  jest.spyOn(Date, 'now').mockReturnValue(Date.now() + SILENCE_MS)
  room.check()
  expect(opened).toHaveLength(3)
  room.leave()
  expect([news(), source().isClosed]).toEqual([['closed'], true])
})
