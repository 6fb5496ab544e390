import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { ChannelStream } from './channelStream.ts'
import { fakeEventSource } from './eventSourceFixture.ts'

let answers: number[]
let asked: number

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask'] })
  jest.spyOn(Math, 'random').mockReturnValue(1)
  answers = []
  asked = 0
  jest.spyOn(globalThis, 'fetch').mockImplementation(async () => {
    asked += 1
    return new Response('', { status: answers.shift() ?? 200 })
  })
})

afterEach(() => {
  jest.restoreAllMocks()
  jest.useRealTimers()
})

/** A stream whose token is renewed as the test says; `wanted` has whether each token was refused before. */
function open(renew: () => Promise<boolean>) {
  const { opened, source, EventSource } = fakeEventSource()
  const events: string[] = []
  const wanted: boolean[] = []
  const options = {
    base: 'https://chat.example/',
    channels: ['lobby'],
    since: '4',
    EventSource,
    renew: (refused: boolean) => {
      wanted.push(refused)
      return renew()
    },
  }
  const stream = new ChannelStream(options, {
    message: () => {},
    gap: () => {},
    reset: () => {},
    connection: (connection) => events.push(connection.is),
  })
  return { stream, opened, source, events, wanted }
}

const passes = () => jest.advanceTimersByTimeAsync(0)

test('A stream whose token expired is replaced at once, and is live for its reader all the time', async () => {
  const { opened, source, events, wanted } = open(async () => true)
  source().ready(4)
  source().send('goodbye', { reason: 'expired' }, 'ep-9')
  await passes()
  expect(opened.map(({ since, isClosed }) => [since, isClosed])).toEqual([
    ['4', true],
    ['ep-4', false],
  ])
  source().ready(4)
  expect([events, wanted, asked]).toEqual([['connecting', 'live'], [false], 0])
})

test('A stream that is refused for its token gets a new one and opens again', async () => {
  answers = [401]
  const { opened, source, wanted } = open(async () => true)
  source().end()
  await passes()
  expect([opened.length, wanted]).toEqual([2, [true]])
})

test('A stream that nobody may have any more ends as refused', async () => {
  answers = [401]
  const { opened, source, events } = open(async () => false)
  source().ready(4)
  source().send('goodbye', { reason: 'revoked' })
  await passes()
  expect([events, opened.length]).toEqual([['connecting', 'live', 'reconnecting', 'refused'], 1])
})

test('A stream whose grant was taken is refused without asking for a token', async () => {
  answers = [403]
  const { source, events, wanted } = open(async () => true)
  source().ready(4)
  source().send('goodbye', { reason: 'forbidden' })
  await passes()
  expect([events.at(-1), wanted]).toEqual(['refused', []])
})

test('A stream tries again if nobody answers about a token', async () => {
  answers = [401]
  const { opened, source, events } = open(() => Promise.reject(new TypeError('no network')))
  source().end()
  await passes()
  expect([events.at(-1), opened.length]).toEqual(['reconnecting', 1])
  await jest.advanceTimersByTimeAsync(1_000)
  expect(opened).toHaveLength(2)
})
