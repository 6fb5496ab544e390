import { expect, test } from '@jest/globals'
import { type Connection, connectionOf, sameConnection } from './connection.ts'
import {
  dropped,
  ended,
  gap,
  goodbye,
  message,
  offline,
  online,
  ready,
  renewed,
  run,
  tick,
} from './streamFixture.ts'
import type { Input } from './streamState.ts'
import { Problem } from '../contract/problem.ts'

const refused: Input = { is: 'answered', problem: new Problem('forbidden') }

test.each([
  { is: 'connecting', inputs: [] },
  { is: 'live', inputs: [ready(4)] },
  { is: 'reconnecting', inputs: [ready(4), dropped(30)] },
  { is: 'reconnecting', inputs: [ready(4), goodbye('max-age')] },
  { is: 'reconnecting', inputs: [ended(0)] },
  { is: 'reconnecting', inputs: [ended(0), tick(1_000)] },
  { is: 'reconnecting', inputs: [ready(4), message(9, 7)] },
  { is: 'offline', inputs: [ready(4), offline] },
  { is: 'offline', inputs: [ended(0), offline] },
  { is: 'reconnecting', inputs: [ready(4), offline, online] },
  { is: 'live', inputs: [ready(4), offline, message(5, 4)] },
  { is: 'live', inputs: [ready(4), offline, gap(4, 8)] },
  { is: 'live', inputs: [ready(4), goodbye('expired')] },
  { is: 'live', inputs: [ready(4), goodbye('expired'), renewed()] },
  { is: 'reconnecting', inputs: [ready(4), goodbye('expired', 30), tick(5_030)] },
  { is: 'reconnecting', inputs: [ready(4), goodbye('expired'), renewed(), dropped(50)] },
  { is: 'reconnecting', inputs: [ready(4), goodbye('expired'), renewed(), ended(50)] },
  { is: 'reconnecting', inputs: [ready(4), goodbye('revoked')] },
  { is: 'refused', inputs: [ready(4), goodbye('forbidden'), refused] },
  { is: 'refused', inputs: [ended(0), refused] },
  { is: 'refused', inputs: [ended(0), offline, refused] },
  { is: 'closed', inputs: [ready(4), { is: 'close' }] },
  { is: 'closed', inputs: [ready(4), offline, { is: 'close' }] },
] satisfies { is: string; inputs: Input[] }[])(
  'The connection is $is after $inputs',
  ({ is, inputs }) => {
    expect(connectionOf(run('4', inputs).state).is).toBe(is)
  },
)

test('The connection tells when the next attempt comes', () => {
  const waiting = run('4', [ended(500, 0.5)]).state
  expect(connectionOf(waiting)).toEqual({ is: 'reconnecting', retryAt: 1_000 })
  const trying = run('4', [ended(500, 0.5), tick(1_000)]).state
  expect(connectionOf(trying)).toEqual({ is: 'reconnecting', retryAt: undefined })
})

const live: Connection = { is: 'live' }
const retry = (retryAt: number | undefined): Connection => ({ is: 'reconnecting', retryAt })

test.each<[Connection | undefined, Connection, boolean]>([
  [undefined, live, false],
  [live, live, true],
  [live, retry(1), false],
  [retry(1), live, false],
  [retry(1), retry(1), true],
  [retry(1), retry(2), false],
  [retry(1), retry(undefined), false],
])('Of the connections %j and %j it is said that they are the same: %s', (a, b, same) => {
  expect(sameConnection(a, b)).toBe(same)
})
