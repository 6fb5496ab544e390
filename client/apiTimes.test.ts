import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { Api } from './api.ts'
import { settled } from './apiFixture.ts'
import { senderHeaders } from './identity.ts'
import { aMessage } from './sdk/messageFixture.ts'
import { Unreachable } from './sdk/request.ts'
import { Problem } from '../contract/problem.ts'

let sent: { url: string; sender: string | null; signal: AbortSignal | null | undefined }[]
let answer: () => Promise<Response>
/** Ends an attempt as its time-out would. */
let timeOut: (() => void)[]
let timeOutMs: number[]
let name: string

const unreachable = () => Promise.reject(new TypeError('no network'))
const created = async () => new Response(JSON.stringify(aMessage({ position: 7 })))

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] })
  jest.spyOn(Math, 'random').mockReturnValue(1)
  sent = []
  timeOut = []
  timeOutMs = []
  name = 'Alice'
  jest.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
    const controller = new AbortController()
    timeOutMs.push(ms)
    timeOut.push(() => controller.abort(new DOMException('late', 'TimeoutError')))
    return controller.signal
  })
  jest.spyOn(globalThis, 'fetch').mockImplementation((url, request) => {
    const sender = new Headers(request?.headers).get('Causeway-Sender-Name')
    sent.push({ url: new Request(url).url, sender, signal: request?.signal })
    return new Promise((resolve, reject) => {
      request?.signal?.addEventListener('abort', () => reject(request.signal?.reason))
      answer().then(resolve, reject)
    })
  })
})

afterEach(() => {
  jest.restoreAllMocks()
  jest.useRealTimers()
})

const open = (timeoutMs?: number): Api =>
  new Api({
    base: 'https://chat.example/sub/',
    headers: () => senderHeaders({ id: 'alice', name }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  })

/** How a call ended: undefined until it has. */
function endOf(call: Promise<unknown>): { value?: unknown; error?: unknown } {
  const end: { value?: unknown; error?: unknown } = {}
  call.then(
    (value) => (end.value = value),
    (error: unknown) => (end.error = error),
  )
  return end
}

test('A call goes to an address below the base', async () => {
  answer = created
  await open().post('lobby', {}, 'k')
  expect(sent.map(({ url }) => url)).toEqual(['https://chat.example/sub/channels/lobby/messages'])
})

test('A call that fails again and again waits longer each time, up to 5 seconds, and ends after 30', async () => {
  answer = unreachable
  const times: number[] = []
  const begin = Date.now()
  const end = endOf(open().history('lobby', { limit: 1 }))
  for (let calls = 0; Date.now() < begin + 60_000;) {
    if (sent.length > calls) times.push((Date.now() - begin) / 1_000)
    calls = sent.length
    await jest.advanceTimersByTimeAsync(500)
  }
  expect(times).toEqual([0, 0.5, 1.5, 3.5, 7.5, 12.5, 17.5, 22.5, 27.5])
  expect(end.error).toBeInstanceOf(Unreachable)
})

test('A call ends with the last failure if the next attempt would come too late', async () => {
  answer = async () => new Response('{"type":"/problems/overloaded"}', { status: 503 })
  const end = endOf(open(499).post('lobby', {}, 'k'))
  await settled()
  expect(end.error).toMatchObject({ type: 'overloaded' })
  expect(end.error).toBeInstanceOf(Problem)
  expect(sent).toHaveLength(1)
})

test('An attempt without an answer is given up after 10 seconds and repeated', async () => {
  answer = () => new Promise(() => {})
  const end = endOf(open().post('lobby', {}, 'k'))
  await settled()
  answer = created
  expect(timeOutMs).toEqual([10_000])
  timeOut[0]?.()
  await settled()
  await jest.advanceTimersByTimeAsync(500)
  await settled()
  expect(end.value).toMatchObject({ position: 7 })
  expect(sent).toHaveLength(2)
})

test('An attempt without an answer is given up also if its caller could abort it', async () => {
  answer = () => new Promise(() => {})
  const end = endOf(open(0).post('lobby', {}, 'k', new AbortController().signal))
  await settled()
  timeOut[0]?.()
  await settled()
  expect(end.error).toBeInstanceOf(Unreachable)
})

test('A call that is aborted during an attempt or a pause ends at once with the reason', async () => {
  for (const hanging of [true, false]) {
    sent = []
    answer = hanging ? () => new Promise(() => {}) : unreachable
    const controller = new AbortController()
    const end = endOf(open().post('lobby', {}, 'k', controller.signal))
    await settled()
    controller.abort(new Error('left'))
    await settled()
    expect(end.error).toBe(controller.signal.reason)
    expect([sent.length, jest.getTimerCount()]).toEqual([hanging ? 1 : 2, 0])
  }
})

test('A call has the name that its sender has at that time', async () => {
  answer = created
  const api = open()
  await api.post('lobby', {}, 'a')
  name = 'Älice'
  await api.post('lobby', {}, 'b')
  expect(sent.map(({ sender }) => sender)).toEqual(['Alice', '%C3%84lice'])
})
