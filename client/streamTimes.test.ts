import { expect, test } from '@jest/globals'
import {
  dropped,
  ended,
  gap,
  goodbye,
  heartbeat,
  message,
  offline,
  online,
  ready,
  run,
  tick,
} from './streamFixture.ts'
import { type Input, SILENCE_MS } from './streamState.ts'

test.each([
  { event: 'ready', inputs: [ready(4, 100)] },
  { event: 'a message', inputs: [ready(4, 10), message(5, 4, 'lobby', 100)] },
  { event: 'a repeated message', inputs: [ready(4, 10), message(4, 3, 'lobby', 100)] },
  { event: 'a heartbeat', inputs: [ready(4, 10), heartbeat(4, 100)] },
  { event: 'a gap', inputs: [ready(4, 10), gap(4, 8, 'lobby', 100)] },
  { event: 'a goodbye', inputs: [ready(4, 10), goodbye('shutdown', 100)] },
  { event: 'a dropped connection', inputs: [ready(4, 10), dropped(100)] },
])('A source is replaced after a whole silence that begins with $event', ({ inputs }) => {
  const { did } = run('4', inputs)
  expect(run('4', [...inputs, tick(100 + SILENCE_MS - 1)]).did).toEqual(did)
  const late = run('4', [...inputs, tick(100 + SILENCE_MS)])
  expect(late.did).toEqual([...did, 'close', `open ${late.state.since}`])
})

test('A source that never gets an answer is replaced, again and again', () => {
  const silent = [1, 2, 3].map((times) => tick(times * SILENCE_MS))
  const replaced = ['close', 'open 4']
  expect(run('4', silent).did).toEqual([...replaced, ...replaced, ...replaced])
  expect(run('4', [tick(SILENCE_MS), tick(SILENCE_MS + 1_000)]).did).toEqual(replaced)
})

test('A source that the browser gave up is opened again when its wait is over, and not before', () => {
  const first = run('4', [ready(4), ended(100), tick(1_099)])
  expect(first.did).toEqual(['close', 'ask'])
  expect(first.state.retryAt).toBe(1_100)
  const second = run('4', [ready(4), ended(100), tick(1_100), ended(1_200)])
  expect(second.did).toEqual(['close', 'ask', 'close', 'open ep-4', 'close', 'ask'])
  expect(second.state.retryAt).toBe(3_200)
})

test('A wait for a source that fails again and again grows to 30 seconds and no further', () => {
  const waits: number[] = []
  const inputs: Input[] = []
  for (let at = 0; waits.length < 8;) {
    inputs.push(ended(at))
    const { retryAt = Number.NaN } = run('4', inputs).state
    waits.push(retryAt - at)
    at = retryAt
    inputs.push(tick(at))
  }
  expect(waits).toEqual([1, 2, 4, 8, 16, 30, 30, 30].map((seconds) => seconds * 1_000))
})

test('A stream that is live again forgets earlier failures', () => {
  const inputs = [ended(0), tick(1_000), ended(1_000), tick(3_000), ready(4), ended(4_000)]
  expect(run('4', inputs).state.retryAt).toBe(5_000)
})

test('A source of a network that is gone is replaced when there is a network again', () => {
  expect(run('4', [ready(4), offline, online]).did).toEqual(['close', 'open ep-4'])
  expect(run('4', [ready(4), online]).did).toEqual([])
})

test('A stream that waits does not wait any longer when there is a network again', () => {
  const inputs = [ready(4), ended(20), offline, online]
  expect(run('4', inputs).did).toEqual(['close', 'ask', 'close', 'open ep-4'])
  // The old wait is over: it must not replace the source once more.
  expect(run('4', [...inputs, tick(1_020)]).did).toHaveLength(4)
})
