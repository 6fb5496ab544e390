import { expect, test } from '@jest/globals'
import { settled } from '../../sdk/fetchFixture.ts'
import { aMessage } from '../../sdk/messageFixture.ts'
import { aPage, roomTests } from './roomFixture.ts'

const { live, newest, requests } = roomTests()

test('Older messages are loaded from before the oldest, one page at a time, until the first', async () => {
  const { room, positions, news } = await live()
  const loading = room.loadOlder()
  void room.loadOlder()
  expect([room.older, requests().length, news()]).toEqual(['loading', 3, ['change']])
  expect(newest().url.search).toBe('?channel=lobby&before=7&limit=50')
  newest().answer(aPage([6, 5]))
  await loading
  expect([room.older, positions(), news()]).toEqual(['idle', [5, 6, 7, 8], ['change']])
  await room.loadOlder()
  expect(requests()).toHaveLength(3)
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

test('Nothing older is loaded into an empty room', async () => {
  const { room } = await live({ ...aPage([]), next: '/next' })
  await room.loadOlder()
  expect(requests()).toHaveLength(2)
})

test('A room keeps 200 messages for a reader who follows, also while nobody draws', async () => {
  const { room, positions, stream } = await live()
  const many = Array.from({ length: 600 }, (_, index) => aMessage({ position: index + 10 }))
  room.conversation.extend(many, true)
  stream.send('message', aMessage({ position: 900, previous: 8 }), 'ep-900')
  await settled()
  expect([positions().length, positions().at(-1)]).toEqual([200, 900])
})

test('A reader who is far up keeps the oldest 300, and gets the newer ones page by page, up to what came live', async () => {
  const { room, reader, positions, stream, news } = await live()
  reader.following = false
  const many = Array.from({ length: 299 }, (_, index) => aMessage({ position: index + 10 }))
  room.conversation.extend(many, true)
  stream.send('message', aMessage({ position: 309, previous: 8 }), 'ep-309')
  await settled()
  expect([positions().length, room.conversation.atEnd]).toEqual([300, false])
  news()
  stream.send('message', aMessage({ position: 310, previous: 309 }), 'ep-310')
  await settled()
  expect([positions().at(-1), news()]).toEqual([307, ['change', 'm310']])
  const loading = room.loadNewer()
  expect(newest().url.search).toBe('?channel=lobby&after=307&limit=50&order=asc')
  // The page is older than what came live.
  newest().answer({ ...aPage([308]), head: 308 })
  await loading
  expect([positions().slice(-3), room.conversation.atEnd]).toEqual([[308, 309, 310], true])
})

test('A page in the midst of a channel is shown around its message', async () => {
  const { room, positions } = await live(aPage([900], '/next'))
  const jumping = room.jump(50)
  const [older, newer] = requests().slice(-2)
  expect(older?.url.search).toBe('?channel=lobby&before=51&limit=50')
  expect(newer?.url.search).toBe('?channel=lobby&after=50&limit=50&order=asc')
  older?.answer(aPage([50, 49], '/next'))
  newer?.answer(aPage([51, 52], '/next'))
  await jumping
  expect([positions(), room.target, room.conversation.atEnd]).toEqual([
    [49, 50, 51, 52],
    { position: 50 },
    false,
  ])
  const back = room.jumpToEnd()
  newest().answer(aPage([900, 899], '/next'))
  await back
  expect([positions(), room.conversation.atEnd]).toEqual([[899, 900], true])
})

test('A message that is shown is led to without a request; a day leads to its first message', async () => {
  const { room } = await live(aPage([8, 7], '/next'))
  await room.jump(7)
  expect([room.target, requests().length]).toEqual([{ position: 7 }, 2])
  const jumping = room.jumpBehind({ from: '2026-11-21T00:00:00.000Z' })
  expect(newest().url.searchParams.get('from')).toBe('2026-11-21T00:00:00.000Z')
  newest().answer(aPage([8]))
  await jumping
  expect(room.target).toEqual({ position: 8 })
})
