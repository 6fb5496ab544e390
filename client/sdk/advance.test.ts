import { expect, test } from '@jest/globals'
import {
  close,
  ended,
  gap,
  goodbye,
  heartbeat,
  message,
  ready,
  reset,
  retryNow,
  run,
  tick,
} from './streamFixture.ts'
import { start } from './streamState.ts'

test('A stream opens where it was asked to', () => {
  expect(start('17', 0)[1]).toEqual([{ do: 'open', by: 'stream', since: '17' }])
})

test.each([
  { which: 'in order', since: '4', inputs: [ready(4), message(5, 4), message(7, 5)], did: [5, 7] },
  {
    which: 'once, if a resumed stream repeats them',
    since: '4',
    inputs: [ready(4), message(5, 4), ready(4), message(5, 4), message(6, 5)],
    did: [5, 6],
  },
  {
    which: 'after its start only',
    since: 'ep-6',
    inputs: [ready(6), message(6, 5), message(8, 6)],
    did: [8],
  },
  {
    which: 'after the position it asked for, even if the server is ahead',
    since: '4',
    inputs: [ready(9), message(5, 4), message(10, 5)],
    did: [5, 10],
  },
  {
    which: 'of several channels, whose previous positions differ',
    since: '4',
    inputs: [ready(4), message(5, 3), message(6, 1, 'other'), message(9, 5)],
    did: [5, 6, 9],
  },
  {
    which: 'from the position at which the server began',
    since: '',
    inputs: [ready(7), message(7, 6), message(8, 7)],
    did: [8],
  },
  {
    which: 'from the position of a time at which the server began',
    since: '2026-11-21T19:33:02Z',
    inputs: [ready(7), message(8, 7)],
    did: [8],
  },
  {
    which: 'if they are the last few of each channel, and then all',
    since: '-2',
    inputs: [
      ready(90),
      message(5, 3),
      message(60, 50, 'other'),
      message(80, 60, 'other'),
      message(91, 5),
    ],
    did: [5, 60, 80, 91],
  },
  {
    which: 'of a channel that was silent',
    since: '0',
    inputs: [ready(0), message(90, 0)],
    did: [90],
  },
])('A stream delivers messages $which', ({ since, inputs, did }) => {
  expect(run(since, inputs).did).toEqual(did)
})

test('A stream that began with the last few messages requests what is missing after them', () => {
  const inputs = [ready(90), message(60, 50), message(95, 91)]
  expect(run('-2', inputs).did).toEqual([60, 'close'])
  expect(run('-2', [...inputs, tick(2_000)]).did.at(-1)).toBe('open ep-60')
})

test('A stream resumes after the last id that it received from a message or a heartbeat', () => {
  expect(run('4', [ready(4), message(5, 4)]).state.since).toBe('ep-5')
  expect(run('4', [ready(4), message(5, 4), heartbeat(31)]).state.since).toBe('ep-31')
})

test('A stream keeps its last id if an event has none', () => {
  expect(run('4', [ready(4), message(5, 4), heartbeat(9, 20, '')]).state.since).toBe('ep-5')
})

test('A message that a heartbeat has covered is dropped, and its id is not resumed after', () => {
  const { did, state } = run('4', [ready(4), heartbeat(9), message(8, 4)])
  expect(did).toEqual([])
  expect(state.since).toBe('ep-9')
})

test('A heartbeat of an earlier position brings no message back', () => {
  expect(run('4', [ready(4), message(9, 4), heartbeat(5), message(7, 4)]).did).toEqual([9])
})

test('A heartbeat gives a stream without messages its position', () => {
  expect(run('-2', [ready(90), heartbeat(95), message(93, 5)]).did).toEqual([])
})

test('A reset closes the stream, and nothing opens it again', () => {
  const { state, did } = run('4', [ready(4), reset, message(5, 4), ready(6), tick(99_000)])
  expect(did).toEqual(['close', 'reset'])
  expect(state.phase).toBe('closed')
})

test('A closed stream closes its source, and nothing opens it again', () => {
  const { state, did } = run('4', [ready(4), close, message(5, 4), ended(20), retryNow])
  expect(did).toEqual(['close'])
  expect(state.phase).toBe('closed')
})

test('Missing messages are requested by a new source that resumes before them', () => {
  const inputs = [ready(4), message(5, 4), message(9, 7), tick(2_000), ready(5)]
  const { did } = run('4', [...inputs, message(7, 5), message(9, 7)])
  expect(did).toEqual([5, 'close', 'close', 'open ep-5', 7, 9])
})

test('Messages that are missing again are reported as lost, and the stream goes on', () => {
  const inputs = [ready(4), message(9, 7), tick(2_000), ready(4), message(9, 7), message(10, 9)]
  expect(run('4', inputs).did).toEqual(['close', 'close', 'open ep-4', 'gap 4..9', 9, 10])
})

test('Messages that are missing at two places are requested for each', () => {
  const first = [ready(4), message(9, 7), tick(2_000), ready(4), message(9, 7)]
  const { did } = run('4', [...first, message(12, 11), tick(9_000), ready(9), message(11, 9)])
  expect(did.slice(-4)).toEqual(['close', 'close', 'open ep-9', 11])
})

test('A declared gap is delivered and is no reason to reconnect', () => {
  expect(run('4', [ready(4), gap(4, 8), message(8, 7)]).did).toEqual(['gap 4..8', 8])
})

test.each([8, 10])('A declared gap before 8 does not excuse the missing message %i', (previous) => {
  const { did } = run('4', [ready(4), gap(4, 8), message(12, previous)])
  expect(did).toEqual(['gap 4..8', 'close'])
})

test('Declared gaps of two channels are kept apart, whatever their names', () => {
  const gaps = [ready(4), gap(4, 8), gap(4, 20, 'constructor')]
  const told = ['gap 4..8', 'gap 4..20']
  const inOrder = [message(9, 7), message(21, 19, 'constructor')]
  expect(run('4', [...gaps, ...inOrder]).did).toEqual([...told, 9, 21])
  expect(run('4', [...gaps, message(21, 19)]).did).toEqual([...told, 'close'])
  expect(run('4', [ready(4), message(5, 4, 'constructor')]).did).toEqual([5])
})

test.each(['shutdown', 'max-age', 'moved', 'unavailable', 'reset'] as const)(
  'A source that says goodbye for %s is closed, and resumed after a wait',
  (reason) => {
    const { did, state } = run('4', [ready(4), message(5, 4), goodbye(reason), tick(2_000)])
    expect(did).toEqual([5, 'close', 'close', 'open ep-5'])
    expect(state.phase).toBe('opening')
  },
)

test('A final refusal ends the stream', () => {
  const { state, did } = run('4', [ended(0, 'forbidden'), tick(99_000), message(5, 4)])
  expect(did).toEqual(['close'])
  expect(state).toMatchObject({ phase: 'refused', problem: { type: 'forbidden' } })
})

test.each([undefined, 'unavailable', 'internal', 'rate-limited'] as const)(
  'A refusal that may pass (%s) does not end the stream',
  (type) => {
    expect(run('4', [ended(0, type), tick(1_000)]).state.phase).toBe('opening')
  },
)
