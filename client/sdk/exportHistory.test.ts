import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { Causeway } from './causeway.ts'
import { exportHistory } from './exportHistory.ts'
import { type FakeRequest, fakeFetch, settled } from './fetchFixture.ts'
import { aMessage } from './messageFixture.ts'

let requests: FakeRequest[]
let newest: () => FakeRequest
const causeway = new Causeway({ base: 'https://chat.example/' })

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] })
  jest.spyOn(Math, 'random').mockReturnValue(1)
  ;({ requests, newest } = fakeFetch())
})
afterEach(() => {
  jest.restoreAllMocks()
  jest.useRealTimers()
})

const line = (position: number) => `${JSON.stringify(aMessage({ position }))}\n`

/** An export that is under way. `seen` has the positions so far, and at last how it ended. */
function begin(signal?: AbortSignal): (number | string)[] {
  const seen: (number | string)[] = []
  void (async () => {
    try {
      const query = { channel: 'lobby', after: 2 }
      for await (const { position } of exportHistory(causeway, query, signal)) seen.push(position)
      seen.push('end')
    } catch (error) {
      seen.push(String(error))
    }
  })()
  return seen
}

async function write(text: string): Promise<void> {
  newest().write(text)
  await settled()
}

test('An export is read line by line, wherever its parts end, and also without a last line end', async () => {
  const seen = begin()
  newest().open('application/x-ndjson')
  const text = (line(3) + line(4) + line(5)).trimEnd()
  for (let at = 0; at < text.length; at += 100) await write(text.slice(at, at + 100))
  expect(seen).toEqual([3, 4])
  newest().end()
  await settled()
  expect(seen).toEqual([3, 4, 5, 'end'])
  expect([newest().url.href, newest().headers.get('Accept')]).toEqual([
    'https://chat.example/history?channel=lobby&after=2',
    'application/x-ndjson',
  ])
})

test('An export that breaks off goes on after its last whole line', async () => {
  const seen = begin()
  newest().open('application/x-ndjson')
  await write(line(3) + line(4) + line(5).slice(0, 20))
  newest().fail()
  await settled()
  jest.advanceTimersByTime(1_000)
  await settled()
  newest().open('application/x-ndjson')
  await write(line(5))
  newest().end()
  await settled()
  expect(seen).toEqual([3, 4, 5, 'end'])
  expect(requests.map(({ url }) => url.searchParams.get('after'))).toEqual(['2', '4'])
})

test('An export that gets nothing again and again fails', async () => {
  const seen = begin()
  for (let count = 0; count < 8; count += 1) {
    newest().fail()
    await settled()
    jest.advanceTimersByTime(30_000)
    await settled()
  }
  expect([seen, requests.length]).toEqual([['Unreachable: Causeway did not answer'], 8])
})

test.each([['a refusal', () => newest().refuse(403, 'forbidden'), 'Problem: Forbidden']])(
  'An export ends with %s',
  async (_what, answer, end) => {
    const seen = begin()
    answer()
    await settled()
    expect([seen, requests.length]).toEqual([[end], 1])
  },
)

test('A second export waits until it may begin', async () => {
  const seen = begin()
  newest().refuse(429, 'rate-limited', { 'Retry-After': '5' })
  await settled()
  jest.advanceTimersByTime(4_999)
  expect(requests).toHaveLength(1)
  jest.advanceTimersByTime(1)
  await settled()
  newest().open('application/x-ndjson')
  newest().end()
  await settled()
  expect(seen).toEqual(['end'])
})

test.each([
  ['no message', '{"position":"three"}\n'],
  ['without an end', 'x'.repeat(2 ** 22)],
])('A line %s counts as a broken export', async (_what, text) => {
  const seen = begin()
  newest().open('application/x-ndjson')
  await write(line(3) + text)
  jest.advanceTimersByTime(1_000)
  await settled()
  expect([seen, requests.length]).toEqual([[3], 2])
})

test('A reader who takes no more ends the answer, and one who leaves gets the reason', async () => {
  const controller = new AbortController()
  const seen = begin(controller.signal)
  newest().open('application/x-ndjson')
  await write(line(3))
  controller.abort(new Error('left'))
  await settled()
  expect(seen).toEqual([3, 'Error: left'])
})
