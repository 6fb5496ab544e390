import { expect, jest, test } from '@jest/globals'
import { settled } from './fetchFixture.ts'
import { aMessage } from './messageFixture.ts'
import { fakeStreams } from './openStreamFixture.ts'
import { SILENCE_MS } from './streamPauses.ts'

const { requests, newest, open, live, passes } = fakeStreams()

test('A source that was replaced is closed, and nothing of it is taken any more', async () => {
  const { events } = await live()
  const [first] = requests
  await passes(SILENCE_MS + 1_000)
  expect(requests.map(({ isClosed }) => isClosed)).toEqual([true, false])
  newest().ready(4)
  first?.send('message', aMessage({ position: 5 }), 'ep-5')
  await settled()
  expect(events).toEqual(['connecting', 'live', 'reconnecting silence', 'live'])
})

test('A stream replaces its source when the network is back, and tells that it was gone', async () => {
  const { stream, events } = await live()
  stream.network('offline')
  stream.network('online')
  newest().ready(4)
  await settled()
  expect(events).toEqual(['connecting', 'live', 'offline', 'reconnecting', 'live'])
  expect(requests.map(({ isClosed }) => isClosed)).toEqual([true, false])
})

test('A check finds a silence that the late timers of a sleeping page have not', async () => {
  const { stream } = await live()
  jest.setSystemTime(Date.now() + SILENCE_MS)
  expect(requests).toHaveLength(1)
  stream.check()
  expect(requests).toHaveLength(2)
})

test.each([-3_600_000, -1_000])(
  'A clock that is set back by %i ms makes nobody wait longer',
  async (by) => {
    open()
    newest().fail()
    await settled()
    jest.setSystemTime(Date.now() + by)
    await passes(1_000)
    expect(requests).toHaveLength(2)
  },
)

test('A person need not wait for the next attempt', async () => {
  const { stream } = open()
  newest().fail()
  await settled()
  stream.retryNow()
  expect(requests).toHaveLength(2)
})

test('A closed stream closes its source, tells so once, and leaves no timer', async () => {
  const { stream, events } = await live()
  stream.close()
  stream.close()
  newest().send('message', aMessage({ position: 5 }), 'ep-5')
  await settled()
  expect(events).toEqual(['connecting', 'live', 'closed'])
  expect(newest().isClosed).toBe(true)
  expect(jest.getTimerCount()).toBe(0)
})

test('A stream that is closed while it waits for its next attempt does not make it', async () => {
  const { stream } = open()
  newest().fail()
  await settled()
  stream.close()
  await passes(60_000)
  expect(requests).toHaveLength(1)
})
