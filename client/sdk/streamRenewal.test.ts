import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { Causeway } from './causeway.ts'
import { type FakeRequest, fakeFetch, settled } from './fetchFixture.ts'
import { Stream } from './stream.ts'

let requests: FakeRequest[]
let newest: () => FakeRequest
let stream: Stream | undefined

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] })
  jest.spyOn(Math, 'random').mockReturnValue(1)
  ;({ requests, newest } = fakeFetch())
})

afterEach(() => {
  stream?.close()
  jest.restoreAllMocks()
  jest.useRealTimers()
})

const nothing = () => undefined

/** A stream whose token is renewed as the test says; `wanted` has whether each token was refused before. */
function open(renew: () => Promise<boolean>) {
  const events: string[] = []
  const wanted: boolean[] = []
  const causeway = new Causeway({
    base: 'https://chat.example/',
    renew: (refused) => {
      wanted.push(refused)
      return renew()
    },
  })
  stream = new Stream(
    causeway,
    { channels: ['lobby'], since: '4' },
    {
      message: nothing,
      gap: nothing,
      reset: nothing,
      connection: ({ is }) => events.push(is),
    },
  )
  return { events, wanted }
}

async function live(renew: () => Promise<boolean>) {
  const opened = open(renew)
  newest().ready(4)
  await settled()
  jest.advanceTimersByTime(2_000)
  return opened
}

test('A stream whose token expired is replaced at once, and is live for its reader all the time', async () => {
  const { events, wanted } = await live(async () => true)
  newest().send('goodbye', { reason: 'expired' }, 'ep-9')
  await settled()
  expect(requests.map(({ since, isClosed }) => [since, isClosed])).toEqual([
    ['4', true],
    ['ep-9', false],
  ])
  newest().ready(9)
  await settled()
  expect([events, wanted]).toEqual([['connecting', 'live'], [false]])
})

test('A stream that is refused for its token gets a new one and opens again', async () => {
  const { wanted } = open(async () => true)
  newest().refuse(401, 'unauthenticated')
  await settled()
  expect([requests.length, wanted]).toEqual([2, [true]])
})

test('A stream that nobody may have any more ends as refused', async () => {
  const { events } = await live(async () => false)
  newest().send('goodbye', { reason: 'revoked' })
  await settled()
  newest().refuse(401, 'unauthenticated')
  await settled()
  expect([events.at(-1), requests.length]).toEqual(['refused', 2])
})

test('A stream whose grant was taken is refused without asking for a token', async () => {
  const { events, wanted } = await live(async () => true)
  newest().send('goodbye', { reason: 'forbidden' })
  await settled()
  newest().refuse(403, 'forbidden')
  await settled()
  expect([events.at(-1), wanted]).toEqual(['refused', []])
})

test('A stream tries again if nobody answers about a token', async () => {
  const { events } = open(() => Promise.reject(new TypeError('no network')))
  newest().refuse(401, 'unauthenticated')
  await settled()
  expect([events.at(-1), requests.length]).toEqual(['reconnecting', 1])
  jest.advanceTimersByTime(1_000)
  expect(requests).toHaveLength(2)
})
