import { expect, jest, test } from '@jest/globals'
import { fakeTime } from './fakeTimeFixture.ts'
import { Causeway } from './causeway.ts'
import { type FakeRequest, settled } from './fetchFixture.ts'
import { JoinedChannel } from './joinedChannel.ts'
import { aMessage } from './messageFixture.ts'
import { SILENCE_MS } from './streamPauses.ts'

const { requests, newest, endLater, passes } = fakeTime()

/** A channel whose answers the test gives; `events` has what its handlers were told. */
function join() {
  const events: string[] = []
  const joined = new JoinedChannel(
    new Causeway({ base: 'https://chat.example/', timeoutMs: 0 }),
    { channel: 'lobby', limit: 50 },
    {
      history: ({ messages }) => events.push(`page ${messages.map((m) => m.position).join()}`),
      message: ({ position }) => events.push(`m${position}`),
      gap: ({ after, before }) => events.push(`gap ${after}..${before}`),
      connection: (connection) => {
        const { retryInMs } = { retryInMs: undefined, ...connection }
        events.push(retryInMs === undefined ? connection.is : `retry in ${retryInMs}`)
      },
    },
  )
  endLater(() => joined.leave())
  return { joined, events }
}

async function page(positions: number[], head = positions[0] ?? 0): Promise<void> {
  const messages = positions.map((position) => aMessage({ position }))
  newest().answer({ channel: 'lobby', messages, head, low: 0, next: null, prev: null })
  await settled()
}

async function live(position = 3) {
  const joined = join()
  await page([position])
  newest().ready(position)
  await settled()
  return joined
}

test('A stream starts after the head of the page, and not after its last message', async () => {
  join()
  await page([5, 4], 9)
  expect(newest().since).toBe('9')
  expect(requests[0]?.url.search).toBe('?channel=lobby&limit=50')
})

test.each([
  ['no answer', (request: FakeRequest) => request.fail()],
  ['a busy service', (request: FakeRequest) => request.refuse(503, 'unavailable')],
  ['a fault', (request: FakeRequest) => request.refuse(500, 'internal')],
])(
  'History that gets %s for a long time is requested again after growing waits',
  async (_what, fail) => {
    const { events } = join()
    for (let failures = 0; failures < 6; failures += 1) {
      fail(newest())
      await settled()
      await passes(Number(/\d+/.exec(events.at(-1) ?? '')) - 1)
      expect(requests).toHaveLength(failures + 1)
      await passes(1)
      expect(requests).toHaveLength(failures + 2)
    }
    const waits = [2, 4, 8, 16, 30, 30].map((seconds) => `retry in ${seconds * 1_000}`)
    expect(events).toEqual(['connecting', ...waits])
    await page([1])
    expect(events.slice(-2)).toEqual(['page 1', 'connecting'])
  },
)

test('History that the server refuses is not requested again, and no stream is opened', async () => {
  const { events } = join()
  newest().refuse(400, 'invalid-channel')
  await settled()
  await passes(60_000)
  expect(events).toEqual(['connecting', 'refused'])
  expect([requests.length, jest.getTimerCount()]).toEqual([1, 0])
})

test('History that may not be read is requested again after longer and longer waits, until a grant comes', async () => {
  const { events } = join()
  for (const seconds of [1, 2, 4, 8, 16, 32, 60, 60]) {
    const asked = requests.length
    newest().refuse(403, 'forbidden')
    await settled()
    await passes(seconds * 1_000 - 1)
    expect(requests).toHaveLength(asked)
    await passes(1)
    expect(requests).toHaveLength(asked + 1)
  }
  expect(new Set(events.slice(1))).toEqual(new Set(['refused']))
  await page([1])
  expect(events.slice(-2)).toEqual(['page 1', 'connecting'])
})

test('A stream that may not be read any more is joined again after a wait, from history on', async () => {
  const { joined, events } = await live()
  await passes(2_000)
  newest().send('goodbye', { reason: 'forbidden' })
  await settled()
  newest().refuse(403, 'forbidden')
  await settled()
  expect([events.at(-1), requests.length]).toEqual(['refused', 3])
  await passes(3_999)
  expect(requests).toHaveLength(3)
  await passes(1)
  expect(newest().url.pathname).toBe('/history')
  joined.leave()
  await passes(60_000)
  expect([requests.length, jest.getTimerCount()]).toEqual([4, 0])
})

test.each(['network', 'person'])('A pause ends when the %s says so', async (who) => {
  const { joined } = join()
  newest().fail()
  await settled()
  joined.network('offline')
  await settled()
  expect(requests).toHaveLength(1)
  if (who === 'network') joined.network('online')
  else joined.retryNow()
  await settled()
  expect(requests).toHaveLength(2)
  // The timer of that pause is gone with it.
  expect(jest.getTimerCount()).toBe(0)
})

test('A channel that is left while its history is on its way tells nothing more', async () => {
  const { joined, events } = join()
  joined.leave()
  await settled()
  expect([newest().isClosed, events]).toEqual([true, ['connecting']])
  expect([requests.length, jest.getTimerCount()]).toEqual([1, 0])
})

test('A channel that is left during a pause makes no other attempt', async () => {
  const { joined, events } = join()
  newest().fail()
  await settled()
  joined.leave()
  await passes(60_000)
  expect(events).toEqual(['connecting', 'retry in 2000'])
  expect([requests.length, jest.getTimerCount()]).toEqual([1, 0])
})

test('A channel that is left closes its stream and says so', async () => {
  const { joined, events } = await live()
  joined.leave()
  expect(newest().isClosed).toBe(true)
  expect(events.slice(-2)).toEqual(['live', 'closed'])
  expect(jest.getTimerCount()).toBe(0)
})

test('A reset loads history again and does not say that the channel is closed', async () => {
  const { events } = await live()
  newest().send('reset', { reason: 'other-epoch' })
  await settled()
  await page([7])
  newest().ready(7)
  await settled()
  expect(events.slice(2)).toEqual([
    'connecting',
    'live',
    'connecting',
    'page 7',
    'connecting',
    'live',
  ])
  const streams = requests.filter(({ url }) => url.pathname === '/events')
  expect(streams.map(({ since, isClosed }) => [since, isClosed])).toEqual([
    ['3', true],
    ['7', false],
  ])
})

test('An older page is requested before a position, until the channel is left', async () => {
  const { joined } = await live()
  const end = joined.older(40).catch((error: unknown) => error)
  expect(newest().url.search).toBe('?channel=lobby&before=40&limit=50')
  joined.leave()
  await settled()
  expect([newest().isClosed, await end]).toMatchObject([true, { name: 'AbortError' }])
})

test('A check, the state of the network and a person’s wish reach the stream', async () => {
  const { joined, events } = await live()
  joined.network('offline')
  expect(events.at(-1)).toBe('offline')
  joined.network('online')
  newest().ready(3)
  await settled()
  jest.setSystemTime(Date.now() + SILENCE_MS)
  joined.check()
  expect(requests).toHaveLength(4)
  newest().fail()
  await settled()
  joined.retryNow()
  expect(requests).toHaveLength(5)
})
