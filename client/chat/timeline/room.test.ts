import { expect, jest, test } from '@jest/globals'
import { settled } from '../../sdk/fetchFixture.ts'
import { aMessage } from '../../sdk/messageFixture.ts'
import { SILENCE_MS } from '../../sdk/streamPauses.ts'
import { aPage, roomTests } from './roomFixture.ts'

const { enter, live, newest, requests } = roomTests()

const posts = () => requests().filter(({ method }) => method === 'POST')

test('A room is entered when its history is loaded', async () => {
  const { room, news, positions } = enter()
  expect([room.entered, room.older, news()]).toEqual([false, 'idle', ['connecting']])
  expect(newest().url.searchParams.get('limit')).toBe('50')
  newest().answer(aPage([8, 7], '/next'))
  await settled()
  expect([room.entered, room.conversation.complete]).toEqual([true, false])
  expect([positions(), news()]).toEqual([
    [7, 8],
    ['change', 'connecting'],
  ])
})

test('A live message is shown and announced, and a repeated one is not', async () => {
  const { news, positions, stream } = await live()
  stream.send('message', aMessage({ position: 9 }), 'ep-9')
  stream.send('message', aMessage({ position: 9 }), 'ep-9')
  await settled()
  expect([positions(), news()]).toEqual([
    [7, 8, 9],
    ['change', 'm9'],
  ])
})

test('A live message that history had already is not announced', async () => {
  const { news, positions, stream } = await live({ ...aPage([9, 8]), head: 8 })
  stream.send('message', aMessage({ position: 9 }), 'ep-9')
  await settled()
  expect([positions(), news()]).toEqual([[8, 9], []])
})

test('A live edit changes its message, and is not announced as one', async () => {
  const { room, news, stream } = await live()
  const edit = { about: { position: 8, as: 'edit' as const }, text: 'new' }
  stream.send('message', aMessage({ position: 9, ...edit }), 'ep-9')
  await settled()
  expect(room.conversation.messages.map(({ data }) => data)).toEqual([
    { text: 'hi' },
    { text: 'new' },
  ])
  expect(news()).toEqual(['change'])
})

test('A message of which nobody can tell what it has is read again, once for all its changes', async () => {
  const reactions = [{ name: '👍', count: 30, senders: ['bob'] }]
  const page = { ...aPage([8]), messages: [{ ...aMessage({ position: 8 }), reactions }] }
  const { room, news, stream } = await live(page)
  const react = { about: { position: 8, as: 'reaction' as const }, data: '👍' }
  for (const position of [9, 10, 11]) stream.send('message', aMessage({ position, ...react }), '')
  await settled()
  expect(newest().url.pathname).toBe('/channels/lobby/messages/8')
  newest().answer(aMessage({ position: 8, text: 'read' }))
  await settled()
  // What changed while it was read is read too.
  expect(requests()).toHaveLength(4)
  newest().answer(aMessage({ position: 8, text: 'read again' }))
  await settled()
  expect([requests().length, room.conversation.messages[0]?.data]).toEqual([
    4,
    { text: 'read again' },
  ])
  expect(news()).toEqual(['change', 'change'])
})

test('A gap is shown', async () => {
  const { room, news, stream } = await live()
  stream.send('gap', { channel: 'lobby', after: 8, before: 11, reason: 'retention' })
  await settled()
  expect([room.conversation.gaps.length, news()]).toEqual([1, ['change']])
})

test('A message is posted, and settled by its answer', async () => {
  const { room, send, positions, news } = await live()
  send('hello')
  expect(room.conversation.pending).toMatchObject([{ text: 'hello', failure: undefined }])
  expect(posts().map(({ body }) => body)).toEqual([{ data: { text: 'hello' } }])
  newest().answer(aMessage({ position: 9 }))
  await settled()
  expect([room.conversation.pending, positions()]).toEqual([[], [7, 8, 9]])
  expect(news()).toEqual(['change', 'change'])
})

test('A message that was refused says why, and can be sent again or discarded', async () => {
  const { room, outbox, send } = await live()
  send('one')
  newest().refuse(413, 'too-large')
  await settled()
  const key = room.conversation.pending[0]?.key ?? ''
  expect(room.conversation.pending[0]?.failure).toBe('This message is too long.')
  outbox.retry(key)
  await settled()
  expect([room.conversation.pending[0]?.failure, posts().length]).toEqual([undefined, 2])
  outbox.discard(key)
  expect(room.conversation.pending).toEqual([])
})

test('A room passes on a check and the state of the network, and leaves its channel', async () => {
  const { room, news } = await live()
  room.network('offline')
  expect(news()).toEqual(['offline'])
  room.network('online')
  expect([news(), requests().length]).toEqual([['reconnecting'], 3])
  newest().ready(8)
  await settled()
  jest.spyOn(Date, 'now').mockReturnValue(Date.now() + SILENCE_MS)
  room.check()
  expect(requests()).toHaveLength(4)
  room.leave()
  expect([news().at(-1), newest().isClosed]).toEqual(['closed', true])
})
