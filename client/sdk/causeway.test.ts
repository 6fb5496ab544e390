import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { Causeway, type CausewayOptions } from './causeway.ts'
import { type FakeRequest, fakeFetch, settled } from './fetchFixture.ts'
import { Unreachable } from './request.ts'
import { Problem } from '../../contract/problem.ts'

let requests: FakeRequest[]
let newest: () => FakeRequest
/** Ends an attempt as its time-out would. */
let timeOut: (() => void)[]
let timeOutMs: number[]

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] })
  jest.spyOn(Math, 'random').mockReturnValue(1)
  timeOut = []
  timeOutMs = []
  jest.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
    const controller = new AbortController()
    timeOutMs.push(ms)
    timeOut.push(() => controller.abort(new DOMException('late', 'TimeoutError')))
    return controller.signal
  })
  ;({ requests, newest } = fakeFetch())
})

afterEach(() => {
  jest.restoreAllMocks()
  jest.useRealTimers()
})

const isNumber = (body: unknown): body is number => typeof body === 'number'
const causeway = (more: Partial<CausewayOptions> = {}): Causeway =>
  new Causeway({ base: 'https://chat.example/sub/', ...more })
const get = (of: Causeway, signal?: AbortSignal) => endOf(of.get('channels?x=1', isNumber, signal))
const attempt = (of: Causeway, waitMs?: number) =>
  endOf(of.attempt('channels', { method: 'POST' }, isNumber, undefined, waitMs))

/** How a call ended: undefined until it has. */
function endOf(call: Promise<unknown>): { value?: unknown; error?: unknown } {
  const end: { value?: unknown; error?: unknown } = {}
  call.then(
    (value) => (end.value = value),
    (error: unknown) => (end.error = error),
  )
  return end
}

test('A call goes to an address below the base, with the headers that its caller has then', async () => {
  let name = 'Alice'
  const of = causeway({ headers: () => ({ 'Causeway-Sender-Name': name }) })
  const end = get(of)
  name = 'Bob'
  newest().answer(7)
  await settled()
  attempt(of)
  expect(end.value).toBe(7)
  expect(requests.map(({ url }) => url.href)).toEqual([
    'https://chat.example/sub/channels?x=1',
    'https://chat.example/sub/channels',
  ])
  expect(requests.map(({ headers }) => headers.get('Causeway-Sender-Name'))).toEqual([
    'Alice',
    'Bob',
  ])
})

test('A GET that fails again and again waits longer each time, up to 5 seconds, and ends after 30', async () => {
  const times: number[] = []
  const end = get(causeway())
  for (let seconds = 0; seconds < 60; seconds += 0.5) {
    if (times.length < requests.length) {
      times.push(seconds)
      newest().fail()
    }
    await settled()
    jest.advanceTimersByTime(500)
    await settled()
  }
  expect(times).toEqual([0, 0.5, 1.5, 3.5, 7.5, 12.5, 17.5, 22.5, 27.5])
  expect(end.error).toBeInstanceOf(Unreachable)
})

test.each([
  ['a busy service', (request: FakeRequest) => request.refuse(503, 'overloaded')],
  ['a proxy without a service', (request: FakeRequest) => request.answer('<html>', 502)],
  ['an answer of an unknown form', (request: FakeRequest) => request.answer('seven')],
])('A GET is repeated after %s', async (_what, answer) => {
  const end = get(causeway())
  answer(newest())
  await settled()
  jest.advanceTimersByTime(500)
  await settled()
  newest().answer(7)
  await settled()
  expect([requests.length, end.value]).toEqual([2, 7])
})

test('A GET is not repeated before the server allows it, and not at all if that is too late', async () => {
  const end = get(causeway())
  newest().refuse(429, 'rate-limited', { 'Retry-After': '3' })
  await settled()
  jest.advanceTimersByTime(2_999)
  expect(requests).toHaveLength(1)
  jest.advanceTimersByTime(1)
  await settled()
  newest().refuse(429, 'rate-limited', { 'Retry-After': '3600' })
  await settled()
  expect(end.error).toMatchObject({ type: 'rate-limited' })
})

test.each([
  [413, 'too-large'],
  [403, 'forbidden'],
  [500, 'internal'],
])('A GET that is answered with %s %s is not repeated', async (status, type) => {
  const end = get(causeway())
  newest().refuse(status, type)
  await settled()
  expect(end.error).toBeInstanceOf(Problem)
  expect(end.error).toMatchObject({ type, status })
  expect(requests).toHaveLength(1)
})

test('An attempt is given up after 10 seconds, and later if the server may take its time', async () => {
  const ends = [attempt(causeway()), attempt(causeway(), 25_000)]
  expect(timeOutMs).toEqual([10_000, 35_000])
  for (const end of timeOut) end()
  await settled()
  for (const { error } of ends) expect(error).toBeInstanceOf(Unreachable)
})

test.each(['an attempt', 'a pause'])(
  'A GET that is aborted during %s ends at once',
  async (when) => {
    const controller = new AbortController()
    const end = get(causeway(), controller.signal)
    if (when === 'a pause') newest().fail()
    await settled()
    controller.abort(new Error('left'))
    await settled()
    expect(end.error).toBe(controller.signal.reason)
    expect(jest.getTimerCount()).toBe(0)
  },
)

test('A call whose token was refused is repeated once, with a new one', async () => {
  const wanted: boolean[] = []
  const renew = async (refused: boolean) => wanted.push(refused) > 0
  const end = attempt(causeway({ renew }))
  newest().refuse(401, 'unauthenticated')
  await settled()
  newest().refuse(401, 'unauthenticated')
  await settled()
  expect([requests.length, wanted]).toEqual([2, [true]])
  expect(end.error).toMatchObject({ type: 'unauthenticated' })
})

test.each([
  ['nobody is signed in any more', () => Promise.resolve(false), 'Problem'],
  ['nobody knows yet who is', () => Promise.reject(new TypeError('cut')), 'Unreachable'],
])('A refused call fails if %s', async (_when, renew, name) => {
  const end = attempt(causeway({ renew }))
  newest().refuse(401, 'unauthenticated')
  await settled()
  expect([requests.length, end.error]).toMatchObject([1, { name }])
})
