import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { Unreachable } from './sdk/request.ts'
import { aPage, fakeApi, settled } from './apiFixture.ts'
import { fakeEventSource } from './eventSourceFixture.ts'
import { JoinedChannel } from './joinedChannel.ts'
import { SILENCE_MS } from './streamState.ts'
import { Problem } from '../contract/problem.ts'

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] })
  jest.spyOn(Math, 'random').mockReturnValue(1)
})

afterEach(() => {
  jest.restoreAllMocks()
  jest.useRealTimers()
})

/** A channel whose history and sources the test drives; `events` has what its handlers were told. */
function join() {
  const { api, pages } = fakeApi()
  const { opened, source, EventSource } = fakeEventSource()
  const events: string[] = []
  const options = { base: 'https://chat.example/', channel: 'lobby', limit: 50, EventSource }
  const joined = new JoinedChannel(api, options, {
    history: ({ messages }) => events.push(`page ${messages.map((m) => m.position).join()}`),
    message: ({ position }) => events.push(`m${position}`),
    gap: ({ after, before }) => events.push(`gap ${after}..${before}`),
    connection: (connection) => {
      const { retryAt } = { retryAt: undefined, ...connection }
      events.push(retryAt === undefined ? connection.is : `retry in ${retryAt - Date.now()}`)
    },
  })
  /** Answers the newest call for a page. */
  const answer = async (how: (call: (typeof pages)[number]) => void) => {
    const call = pages.at(-1)
    if (call !== undefined) how(call)
    await settled()
  }
  return { joined, pages, opened, source, events, answer }
}

test('A stream starts after the head of the page, and not after its last message', async () => {
  const { answer, source, pages } = join()
  await answer(({ resolve }) => resolve({ ...aPage([5, 4]), head: 9 }))
  expect(source().since).toBe('9')
  expect(pages[0]?.args.slice(0, 2)).toEqual(['lobby', { limit: 50 }])
})

test.each([new Unreachable('cut'), new Problem('unavailable'), new Problem('internal')])(
  'History that fails for a long time (%s) is requested again after growing waits',
  async (error) => {
    const { answer, events, pages } = join()
    for (let failures = 0; failures < 6; failures += 1) {
      await answer(({ reject }) => reject(error))
      jest.advanceTimersByTime(Number(/\d+/.exec(events.at(-1) ?? '')) - 1)
      await settled()
      expect(pages).toHaveLength(failures + 1)
      jest.advanceTimersByTime(1)
      await settled()
      expect(pages).toHaveLength(failures + 2)
    }
    const waits = [2, 4, 8, 16, 30, 30].map((seconds) => `retry in ${seconds * 1_000}`)
    expect(events).toEqual(['connecting', ...waits])
    await answer(({ resolve }) => resolve(aPage([1])))
    expect(events.slice(-2)).toEqual(['page 1', 'connecting'])
  },
)

test('History that the server refuses is not requested again, and no stream is opened', async () => {
  const { answer, events, pages, opened } = join()
  await answer(({ reject }) => reject(new Problem('invalid-channel')))
  jest.advanceTimersByTime(60_000)
  await settled()
  expect(events).toEqual(['connecting', 'refused'])
  expect([pages.length, opened.length, jest.getTimerCount()]).toEqual([1, 0, 0])
})

test('History that may not be read is requested again after long waits, until a grant comes', async () => {
  const { answer, events, pages, opened } = join()
  for (const seconds of [20, 40, 60, 60]) {
    const asked = pages.length
    await answer(({ reject }) => reject(new Problem('forbidden')))
    jest.advanceTimersByTime(seconds * 1_000 - 1)
    await settled()
    expect(pages).toHaveLength(asked)
    jest.advanceTimersByTime(1)
    await settled()
    expect(pages).toHaveLength(asked + 1)
  }
  expect(new Set(events.slice(1))).toEqual(new Set(['refused']))
  await answer(({ resolve }) => resolve(aPage([1])))
  expect([events.slice(-2), opened.length]).toEqual([['page 1', 'connecting'], 1])
})

test('A stream that may not be read any more is joined again after a wait, from history on', async () => {
  const { joined, answer, events, source, pages } = join()
  const details = JSON.stringify({ type: '/problems/forbidden' })
  jest.spyOn(globalThis, 'fetch').mockResolvedValue(new Response(details, { status: 403 }))
  await answer(({ resolve }) => resolve(aPage([3])))
  source().ready(3)
  source().send('goodbye', { reason: 'forbidden' })
  await settled()
  expect([events.at(-1), pages.length]).toEqual(['refused', 1])
  jest.advanceTimersByTime(20_000)
  await settled()
  expect([events.at(-1), pages.length]).toEqual(['refused', 2])
  joined.leave()
  jest.advanceTimersByTime(60_000)
  expect([pages.length, jest.getTimerCount()]).toEqual([2, 0])
})

test('A pause ends when the network is back, and not when it goes', async () => {
  const { joined, answer, pages } = join()
  await answer(({ reject }) => reject(new Unreachable('cut')))
  joined.network('offline')
  await settled()
  expect(pages).toHaveLength(1)
  joined.network('online')
  await settled()
  expect(pages).toHaveLength(2)
  // The timer of that pause is gone with it.
  expect(jest.getTimerCount()).toBe(0)
})

test('A channel that is left while its history is on its way tells nothing more', async () => {
  const { joined, answer, events, opened, pages } = join()
  joined.leave()
  expect(pages[0]?.args[2]?.aborted).toBe(true)
  await answer(({ reject }) => reject(new Unreachable('aborted')))
  expect(events).toEqual(['connecting'])
  expect([opened.length, jest.getTimerCount()]).toEqual([0, 0])
})

test('A channel that is left during a pause makes no other attempt', async () => {
  const { joined, answer, events, pages } = join()
  await answer(({ reject }) => reject(new Unreachable('cut')))
  joined.leave()
  jest.advanceTimersByTime(60_000)
  await settled()
  expect(events).toEqual(['connecting', 'retry in 2000'])
  expect([pages.length, jest.getTimerCount()]).toEqual([1, 0])
})

test('A channel that is left closes its stream and says so', async () => {
  const { joined, answer, events, source } = join()
  await answer(({ resolve }) => resolve(aPage([])))
  source().ready(0)
  joined.leave()
  expect(source().isClosed).toBe(true)
  expect(events.slice(-2)).toEqual(['live', 'closed'])
  expect(jest.getTimerCount()).toBe(0)
})

test('A reset loads history again and does not say that the channel is closed', async () => {
  const { answer, events, source, opened } = join()
  await answer(({ resolve }) => resolve(aPage([3])))
  source().ready(3)
  source().send('reset', { reason: 'other-epoch' })
  await answer(({ resolve }) => resolve(aPage([7])))
  source().ready(7)
  expect(events.slice(2)).toEqual([
    'connecting',
    'live',
    'connecting',
    'page 7',
    'connecting',
    'live',
  ])
  expect(opened.map(({ since, isClosed }) => [since, isClosed])).toEqual([
    ['3', true],
    ['7', false],
  ])
})

test('An older page is requested before a position, until the channel is left', () => {
  const { joined, pages } = join()
  void joined.older(40)
  const [channel, range, signal] = pages[1]?.args ?? []
  expect([channel, range]).toEqual(['lobby', { before: 40, limit: 50 }])
  expect(signal?.aborted).toBe(false)
  joined.leave()
  expect(signal?.aborted).toBe(true)
})

test('A check and the state of the network reach the stream', async () => {
  const { joined, answer, events, source, opened } = join()
  await answer(({ resolve }) => resolve(aPage([])))
  source().ready(0)
  joined.network('offline')
  expect(events.at(-1)).toBe('offline')
  joined.network('online')
  source().ready(0)
  jest.setSystemTime(Date.now() + SILENCE_MS)
  joined.check()
  expect(opened).toHaveLength(3)
})
