import { describe, expect, test } from '@jest/globals'
import { connectionOf } from './connection.ts'
import {
  type Effect,
  type Input,
  SILENCE_MS,
  type StreamState,
  advance,
  start,
} from './streamState.ts'
import { aMessage } from './messageFixture.ts'
import { Problem } from '../contract/problem.ts'

const ready = (position: number, at = 10): Input => ({
  is: 'ready',
  at,
  id: `ep-${position}`,
  ready: { position, complete: true, channels: {} },
})

const said = (position: number, previous: number, channel = 'lobby'): Input => ({
  is: 'message',
  at: 20,
  id: `ep-${position}`,
  message: aMessage({ position, previous, channel }),
  random: 1,
})

const beat = (position: number, at = 20): Input => ({
  is: 'heartbeat',
  at,
  id: `ep-${position}`,
  heartbeat: { position },
})

const ended = (at: number, random = 1): Input => ({ is: 'ended', at, random })

const gap = (after: number, before: number): Input => ({
  is: 'gap',
  at: 20,
  gap: { channel: 'lobby', after, before, reason: 'retention' },
})

/** Runs the inputs; effects in short: `5` for a delivered position, `gap 3..7`, `open ep-5`, `close`, `ask`, `reset`. */
function run(since: string, inputs: Input[]): { state: StreamState; did: (string | number)[] } {
  let [state, effects] = start(since, 0)
  const did: (string | number)[] = []
  for (const input of inputs) {
    ;[state, effects] = advance(state, input)
    did.push(...effects.map(short))
  }
  return { state, did }
}

function short(effect: Effect): string | number {
  if (effect.do === 'deliver') return effect.message.position
  if (effect.do === 'gap') return `gap ${effect.gap.after}..${effect.gap.before}`
  return effect.do === 'open' ? `open ${effect.since}` : effect.do
}

describe('a stream', () => {
  test('opens where it was asked to', () => {
    expect(start('17', 0)[1]).toEqual([{ do: 'open', since: '17' }])
  })

  test.each([
    { what: 'in order', since: '4', inputs: [ready(4), said(5, 4), said(7, 5)], did: [5, 7] },
    {
      what: 'once, where a resumed stream repeats them',
      since: '4',
      inputs: [ready(4), said(5, 4), ready(4), said(5, 4), said(6, 5)],
      did: [5, 6],
    },
    {
      what: 'after its start only',
      since: 'ep-6',
      inputs: [ready(6), said(6, 5), said(8, 6)],
      did: [8],
    },
    {
      what: 'across channels, whose previous positions differ',
      since: '4',
      inputs: [ready(4), said(5, 3), said(6, 1, 'other'), said(9, 5)],
      did: [5, 6, 9],
    },
    { what: 'from where the server began', since: '', inputs: [ready(7), said(8, 7)], did: [8] },
    {
      what: 'of the last few of each channel, and then all',
      since: '-2',
      inputs: [ready(90), said(5, 3), said(60, 50, 'other'), said(80, 60, 'other'), said(91, 5)],
      did: [5, 60, 80, 91],
    },
    {
      what: 'of a channel that was silent',
      since: '0',
      inputs: [ready(0), said(90, 0)],
      did: [90],
    },
  ])('delivers messages $what', ({ since, inputs, did }) => {
    expect(run(since, inputs).did).toEqual(did)
  })

  test('resumes after the last id that it heard, be it a message or a heartbeat', () => {
    expect(run('4', [ready(4), said(5, 4)]).state.since).toBe('ep-5')
    expect(run('4', [ready(4), said(5, 4), beat(31)]).state.since).toBe('ep-31')
  })

  test('drops a message that a heartbeat had already covered', () => {
    expect(run('4', [ready(4), beat(9), said(8, 4)]).did).toEqual([])
  })

  test('is a new life of the log after a reset, which ends it', () => {
    const { state, did } = run('4', [
      ready(4),
      { is: 'reset', reset: { reason: 'other-epoch' } },
      said(5, 4),
    ])
    expect(did).toEqual(['close', 'reset'])
    expect(state.phase).toBe('closed')
  })
})

describe('a hole', () => {
  test('is repaired by a new source that resumes before it', () => {
    const inputs = [ready(4), said(5, 4), said(9, 7), { is: 'tick', at: 2_000 } as const, ready(5)]
    const { did } = run('4', [...inputs, said(7, 5), said(9, 7)])
    expect(did).toEqual([5, 'close', 'close', 'open ep-5', 7, 9])
  })

  test('that is still there in the new source is reported, and the stream goes on', () => {
    const inputs = [ready(4), said(9, 7), { is: 'tick', at: 2_000 } as const, ready(4), said(9, 7)]
    expect(run('4', [...inputs, said(10, 9)]).did).toEqual([
      'close',
      'close',
      'open ep-4',
      'gap 4..9',
      9,
      10,
    ])
  })

  test('that the server declared is no reason to reconnect', () => {
    expect(run('4', [ready(4), gap(4, 8), said(8, 7)]).did).toEqual(['gap 4..8', 8])
  })

  test('that the server declared ends where the server said', () => {
    expect(run('4', [ready(4), gap(4, 8), said(12, 10)]).did).toEqual(['gap 4..8', 'close'])
  })
})

describe('a source', () => {
  test('that heard nothing for too long is replaced', () => {
    const inputs = [ready(4, 10), { is: 'tick', at: 10 + SILENCE_MS - 1 } as const]
    expect(run('4', inputs).did).toEqual([])
    const late = { is: 'tick', at: 10 + SILENCE_MS } as const
    expect(run('4', [...inputs, late]).did).toEqual(['close', 'open ep-4'])
  })

  test('that hears a heartbeat is not replaced', () => {
    const inputs = [
      ready(4, 10),
      beat(4, SILENCE_MS),
      { is: 'tick', at: SILENCE_MS + 100 } as const,
    ]
    expect(run('4', inputs).did).toEqual([])
  })

  test('that never gets an answer is replaced', () => {
    expect(run('4', [{ is: 'tick', at: SILENCE_MS }]).did).toEqual(['close', 'open 4'])
  })

  test('that the browser reconnects is left to the browser', () => {
    expect(run('4', [ready(4), { is: 'dropped', at: 30 }, ready(4), said(5, 4)]).did).toEqual([5])
    expect(run('4', [ready(4), { is: 'goodbye', at: 30 }]).did).toEqual([])
  })

  test('that the browser gave up is opened anew after a growing wait', () => {
    const first = run('4', [ready(4), ended(100)])
    expect(first.did).toEqual(['close', 'ask'])
    expect(first.state.retryAt).toBe(1_100)
    const second = run('4', [ready(4), ended(100), { is: 'tick', at: 1_100 }, ended(1_200)])
    expect(second.did).toEqual(['close', 'ask', 'close', 'open ep-4', 'close', 'ask'])
    expect(second.state.retryAt).toBe(3_200)
  })

  test('that is live again forgets earlier failures', () => {
    const inputs = [ended(0), { is: 'tick', at: 1_000 } as const, ready(4), ended(2_000)]
    expect(run('4', inputs).state.retryAt).toBe(3_000)
  })

  test('that was opened on a network that is gone is replaced when there is one again', () => {
    const inputs = [ready(4), { is: 'offline', at: 30 } as const, { is: 'online', at: 40 } as const]
    expect(run('4', inputs).did).toEqual(['close', 'open ep-4'])
    expect(run('4', [ready(4), { is: 'online', at: 40 }]).did).toEqual([])
  })
})

describe('a refusal', () => {
  const refused: Input = { is: 'answered', problem: new Problem('forbidden') }

  test('that is final ends the stream', () => {
    const { state, did } = run('4', [ended(0), refused, { is: 'tick', at: 99_000 }, said(5, 4)])
    expect(did).toEqual(['close', 'ask'])
    expect(connectionOf(state)).toMatchObject({ is: 'refused', problem: { type: 'forbidden' } })
  })

  test.each([undefined, new Problem('unavailable'), new Problem('internal')])(
    'that may pass (%s) does not',
    (problem) => {
      const { state } = run('4', [ended(0), { is: 'answered', problem }, { is: 'tick', at: 1_000 }])
      expect(state.phase).toBe('opening')
    },
  )

  test('that comes late does not end a stream that is open again', () => {
    const { state } = run('4', [ended(0), { is: 'tick', at: 1_000 }, ready(4), refused])
    expect(state.phase).toBe('live')
  })
})

describe('the connection', () => {
  const tick: Input = { is: 'tick', at: 1_000 }
  test.each([
    { is: 'connecting', inputs: [] },
    { is: 'live', inputs: [ready(4)] },
    { is: 'reconnecting', inputs: [ready(4), { is: 'dropped', at: 30 }] },
    { is: 'reconnecting', inputs: [ready(4), { is: 'goodbye', at: 30 }] },
    { is: 'reconnecting', inputs: [ended(0)] },
    { is: 'reconnecting', inputs: [ended(0), tick] },
    { is: 'offline', inputs: [ready(4), { is: 'offline', at: 30 }] },
    { is: 'live', inputs: [ready(4), { is: 'offline', at: 30 }, said(5, 4)] },
    { is: 'closed', inputs: [ready(4), { is: 'close' }] },
  ] satisfies { is: string; inputs: Input[] }[])('is $is after $inputs', ({ is, inputs }) => {
    expect(connectionOf(run('4', inputs).state).is).toBe(is)
  })

  test('tells when the next attempt comes', () => {
    expect(connectionOf(run('4', [ended(500, 0.5)]).state)).toEqual({
      is: 'reconnecting',
      retryAt: 1_000,
    })
  })
})
