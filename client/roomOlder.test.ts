import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { type FakeRequest, fakeFetch, settled } from './sdk/fetchFixture.ts'
import { aMessage } from './sdk/messageFixture.ts'
import { aPage, liveRoom } from './roomFixture.ts'

let requests: FakeRequest[]
let newest: () => FakeRequest
let left: (() => void)[]

beforeEach(() => {
  ;({ requests, newest } = fakeFetch())
  left = []
})

afterEach(() => {
  for (const leave of left) leave()
  jest.restoreAllMocks()
})

async function live(page = aPage([8, 7], '/next')) {
  const entered = await liveRoom(newest, page)
  left.push(entered.leave)
  return entered
}

test('Older messages are loaded from before the oldest, one page at a time, until the first', async () => {
  const { room, positions, news } = await live()
  const loading = room.loadOlder()
  void room.loadOlder()
  expect([room.older, requests.length, news()]).toEqual(['loading', 3, ['change']])
  expect(newest().url.search).toBe('?channel=lobby&before=7&limit=50')
  newest().answer(aPage([6, 5]))
  await loading
  expect([room.older, positions(), news()]).toEqual(['idle', [5, 6, 7, 8], ['change']])
  await room.loadOlder()
  expect(requests).toHaveLength(3)
})

test('Older messages that do not load say why, and can be requested again', async () => {
  const { room, positions } = await live()
  const loading = room.loadOlder()
  newest().fail()
  await loading
  expect(room.older).toEqual({ failure: expect.stringMatching(/^No answer\./) })
  const again = room.loadOlder()
  newest().answer(aPage([6]))
  await again
  expect([room.older, positions()]).toEqual(['idle', [6, 7, 8]])
})

test('Older messages of a log that was replaced meanwhile are dropped', async () => {
  const { room, positions, stream } = await live()
  const loading = room.loadOlder()
  const older = newest()
  stream.send('reset', { reason: 'other-epoch' })
  await settled()
  const other = aPage([2], '/next')
  newest().answer({ ...other, messages: [aMessage({ position: 2, id: 'of another log' })] })
  await settled()
  older.answer(aPage([6, 5]))
  await loading
  expect([positions(), room.conversation.complete, room.older]).toEqual([[2], false, 'idle'])
})

test('Older messages are shown also if the oldest one was edited while they loaded', async () => {
  const { room, positions, stream } = await live()
  const loading = room.loadOlder()
  const edit = { about: { position: 7, as: 'edit' as const }, text: 'new' }
  stream.send('message', aMessage({ position: 9, ...edit }), 'ep-9')
  await settled()
  newest().answer(aPage([6]))
  await loading
  expect(positions()).toEqual([6, 7, 8])
})

test('Nothing older is loaded into an empty room or into a full one', async () => {
  const empty = await live({ ...aPage([]), next: '/next' })
  await empty.room.loadOlder()
  expect(requests).toHaveLength(2)
  const { room } = await live({ ...aPage([20_000]), next: '/next' })
  const many = Array.from({ length: 9_998 }, (_, index) => aMessage({ position: index + 10_000 }))
  room.conversation.extend(many, false)
  void room.loadOlder()
  expect(requests).toHaveLength(5)
  newest().answer(aPage([9_999], '/next'))
  await settled()
  await room.loadOlder()
  expect([room.conversation.messages.length, requests.length]).toEqual([10_000, 5])
})

test('A room keeps 1,000 messages for a reader who follows, and 10,000 for one who does not', async () => {
  const { room, stream } = await live()
  const many = Array.from({ length: 11_000 }, (_, index) => aMessage({ position: index + 10 }))
  room.conversation.extend(many, true)
  // Nobody draws a hidden page.
  stream.send('message', aMessage({ position: 12_000, previous: 8 }), 'ep-12000')
  await settled()
  expect(room.conversation.messages).toHaveLength(10_000)
  room.trim(true)
  expect(room.conversation.messages).toHaveLength(1_000)
})
