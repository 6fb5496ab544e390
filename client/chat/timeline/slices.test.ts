import { expect, test } from '@jest/globals'
import { settled } from '../../sdk/fetchFixture.ts'
import { aMessage } from '../../sdk/messageFixture.ts'
import { aPage, roomTests } from './roomFixture.ts'
import { slicesOf } from './slices.ts'

const { live, newest, requests } = roomTests()

/** Positions from the newest to the oldest. */
const down = (from: number, to: number) =>
  Array.from({ length: from - to + 1 }, (_, index) => from - index)

test('A page is split into slices of ten, and only the last one may be the end', () => {
  const slices = slicesOf(aPage(down(25, 1)))
  expect(slices.map(({ messages, next }) => [messages.length, next === null])).toEqual([
    [10, false],
    [10, false],
    [5, true],
  ])
  expect(slicesOf(aPage(down(20, 1), '/next')).map(({ next }) => next === null)).toEqual([
    false,
    false,
  ])
})

test('An empty page is a slice too: it says that there is nothing more', () => {
  expect(slicesOf(aPage([]))).toEqual([aPage([])])
})

test('An older page comes slice by slice, a frame for each, and nothing more is loaded meanwhile', async () => {
  const { room, positions, drawNext, news } = await live(aPage([32, 31], '/next'), { held: true })
  const loading = room.loadOlder()
  newest().answer(aPage(down(30, 6), '/next'))
  await settled()
  news()
  expect([positions()[0], room.older]).toEqual([21, 'loading'])
  drawNext()
  await settled()
  expect([positions()[0], room.older, news()]).toEqual([11, 'loading', ['change']])
  drawNext()
  await loading
  expect([positions(), room.older]).toEqual([down(32, 6).toReversed(), 'idle'])
})

test('A log that is replaced between two slices gets nothing of the page', async () => {
  const { room, positions, drawNext, stream } = await live(aPage([32, 31], '/next'), { held: true })
  const loading = room.loadOlder()
  newest().answer(aPage(down(30, 1)))
  await settled()
  stream.send('reset', { reason: 'other-epoch' })
  await settled()
  const other = [aMessage({ position: 40, id: 'of another log' })]
  newest().answer({ ...aPage([40], '/next'), messages: other })
  await settled()
  drawNext()
  await loading
  expect([positions(), room.conversation.complete, room.older]).toEqual([[40], false, 'idle'])
})

test('A newer page that ends the channel is followed by what came live while its slices were drawn', async () => {
  const { room, reader, positions, drawNext, stream } = await live(aPage([900], '/next'), {
    held: true,
  })
  reader.following = false
  const jumping = room.jump(880)
  const [older, newer] = requests().slice(-2)
  older?.answer(aPage([880], '/next'))
  newer?.answer({ ...aPage([881], '/next'), head: 900 })
  await jumping
  const loading = room.loadNewer()
  newest().answer({ ...aPage(down(900, 882).toReversed()), head: 900 })
  await settled()
  expect([positions().at(-1), room.conversation.atEnd]).toEqual([891, false])
  stream.send('message', aMessage({ position: 901, previous: 900 }), 'ep-901')
  await settled()
  drawNext()
  await loading
  expect([positions().at(-1), room.conversation.atEnd]).toEqual([901, true])
})
