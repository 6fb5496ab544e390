import { expect, test } from '@jest/globals'
import { connectionOf, reasonText } from './connection.ts'
import { close, ended, goodbye, offline, online, ready, reset, run, tick } from './streamFixture.ts'
import { SILENCE_MS } from './streamPauses.ts'

test.each([
  { what: 'before the first answer', inputs: [], connection: { is: 'connecting' } },
  { what: 'that is ready', inputs: [ready(4)], connection: { is: 'live' } },
  {
    what: 'that broke',
    inputs: [ready(4), ended(30)],
    connection: { is: 'reconnecting', reason: 'broken', retryInMs: 990 },
  },
  {
    what: 'that never began',
    inputs: [ended(30)],
    connection: { is: 'reconnecting', reason: 'broken', retryInMs: 990 },
  },
  {
    what: 'whose next attempt is under way',
    inputs: [ready(4), goodbye('shutdown'), tick(2_000)],
    connection: { is: 'reconnecting', reason: 'shutdown' },
  },
  {
    what: 'that fell silent',
    inputs: [ready(4), tick(10 + SILENCE_MS)],
    connection: { is: 'reconnecting', reason: 'silence' },
  },
  { what: 'that has its age', inputs: [ready(4), goodbye('max-age')], connection: { is: 'live' } },
  { what: 'that moves', inputs: [ready(4), goodbye('moved')], connection: { is: 'live' } },
  { what: 'without a network', inputs: [ready(4), offline], connection: { is: 'offline' } },
  {
    what: 'whose network is back',
    inputs: [ready(4), offline, online],
    connection: { is: 'reconnecting', reason: undefined },
  },
  { what: 'that was closed', inputs: [ready(4), close], connection: { is: 'closed' } },
  { what: 'of a log that was replaced', inputs: [ready(4), reset], connection: { is: 'closed' } },
])('A stream $what is told as $connection.is', ({ inputs, connection }) => {
  expect(connectionOf(run('4', inputs).state, 40)).toEqual(connection)
})

test('A refused stream tells the problem, also without a network', () => {
  const { state } = run('4', [ended(30, 'forbidden'), offline])
  expect(connectionOf(state, 40)).toMatchObject({ is: 'refused', problem: { type: 'forbidden' } })
})

test('A wait that is over is not negative', () => {
  const { state } = run('4', [ended(30)])
  expect(connectionOf(state, 99_000)).toMatchObject({ retryInMs: 0 })
})

test('A reason has words', () => {
  expect(reasonText('held-back')).toMatch(/repeated questions/)
  expect(reasonText('shutdown')).toBe('The server is restarting.')
})
