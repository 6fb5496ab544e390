import { expect, test } from '@jest/globals'
import {
  ended,
  gap,
  goodbye,
  heartbeat,
  message,
  offline,
  online,
  ready,
  retry,
  retryNow,
  run,
  tick,
} from './streamFixture.ts'
import { SILENCE_MS } from './streamPauses.ts'
import type { Input } from './streamState.ts'

test.each([
  { event: 'ready', inputs: [ready(4, 100)] },
  { event: 'a message', inputs: [ready(4, 10), message(5, 4, 'lobby', 100)] },
  { event: 'a repeated message', inputs: [ready(4, 10), message(4, 3, 'lobby', 100)] },
  { event: 'a heartbeat', inputs: [ready(4, 10), heartbeat(4, 100)] },
  { event: 'a gap', inputs: [ready(4, 10), gap(4, 8, 'lobby', 100)] },
])('A source is replaced after a whole silence that begins with $event', ({ inputs }) => {
  const { did } = run('4', inputs)
  expect(run('4', [...inputs, tick(100 + SILENCE_MS - 1)]).did).toEqual(did)
  const late = run('4', [...inputs, tick(100 + SILENCE_MS)])
  expect(late.did).toEqual([...did, 'close', `open ${late.state.since}`])
  expect(late.state.reason).toBe('silence')
})

test('A source that failed is opened again when its wait is over, and not before', () => {
  const first = run('4', [ready(4), ended(100), tick(1_099)])
  expect(first.did).toEqual(['close'])
  expect(first.state.retryAt).toBe(1_100)
  const second = run('4', [ready(4), ended(100), tick(1_100), ended(1_200)])
  expect(second.did).toEqual(['close', 'close', 'open ep-4', 'close'])
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

test('A wait has full jitter: it may be none at all', () => {
  const { state } = run('4', [ready(4), { ...ended(100), random: 0 }])
  expect(state.retryAt).toBe(100)
})

test('The wait that the server asks for stands in for the first, and is the least of later ones', () => {
  const asked = [ready(4), retry(2_500)]
  expect(run('4', [...asked, goodbye('shutdown', 100)]).state.retryAt).toBe(2_600)
  const failing = [...asked, ended(100), tick(2_600), ended(2_600)]
  expect(run('4', failing).state.retryAt).toBe(5_100)
  const longer = [...failing, tick(5_100), ended(5_100)]
  expect(run('4', longer).state.retryAt).toBe(9_100)
})

test('A server that asks for a day is asked again in two minutes', () => {
  expect(run('4', [ready(4), retry(86_400_000), ended(0)]).state.retryAt).toBe(120_000)
})

test('A refusal that names a wait is not asked again before it', () => {
  expect(run('4', [ended(0, 'rate-limited', 7)]).state.retryAt).toBe(7_000)
})

test('A source of a network that is gone is replaced when there is a network again', () => {
  expect(run('4', [ready(4), offline, online]).did).toEqual(['close', 'open ep-4'])
  expect(run('4', [ready(4), online]).did).toEqual([])
})

test.each([
  ['there is a network again', [offline, online]],
  ['the browser says that it is online, which it never denied', [online]],
  ['a person does not want to wait', [retryNow]],
])('A stream that waits does not wait any longer when %s', (_when, inputs) => {
  const waiting = [ready(4), ended(20), ...inputs]
  expect(run('4', waiting).did).toEqual(['close', 'close', 'open ep-4'])
  // The old wait is over: it must not replace the source once more.
  expect(run('4', [...waiting, tick(1_020)]).did).toHaveLength(3)
})

test('A person who does not want to wait does not disturb a stream that is live', () => {
  expect(run('4', [ready(4), retryNow]).did).toEqual([])
})
