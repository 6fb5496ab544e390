import { expect, test } from '@jest/globals'
import { connectionOf } from './connection.ts'
import { ended, goodbye, message, ready, renewed, run, tick } from './streamFixture.ts'

test('A stream whose token expired waits for a new one, and goes on after its last message', () => {
  const { did } = run('4', [
    ready(4),
    message(5, 4),
    goodbye('expired'),
    renewed(),
    ready(5),
    message(6, 5),
  ])
  expect(did).toEqual([5, 'close', 'renew', 'close', 'open ep-5', 6])
})

test('A stream whose token expired is live for people until a new source fails', () => {
  const expired = [ready(4), goodbye('expired'), renewed()]
  expect(connectionOf(run('4', expired).state, 40)).toEqual({ is: 'live' })
  const failed = run('4', [...expired, ended(50)]).state
  expect(connectionOf(failed, 50).is).toBe('reconnecting')
})

test('A stream whose token expired tries again after a while, also without news of a new one', () => {
  const inputs = [ready(4), goodbye('expired', 30), tick(5_029)]
  expect(run('4', inputs).did).toEqual(['close', 'renew'])
  expect(run('4', [...inputs, tick(5_030)]).did.at(-1)).toBe('open ep-4')
})

test.each(['revoked', 'forbidden'] as const)(
  'A stream that is %s opens again at once, to be told why',
  (reason) => {
    const { did, state } = run('4', [ready(4), goodbye(reason, 2_000), ended(2_010, 'forbidden')])
    expect([did, state.phase]).toEqual([['close', 'open ep-4', 'close'], 'refused'])
  },
)

test('A stream that is taken and ended at once, again and again, waits in between', () => {
  const { did, state } = run('4', [ready(4), goodbye('revoked', 500)])
  expect([did, state.phase]).toEqual([['close'], 'waiting'])
})

test('A stream that is refused for its token opens again with a new one', () => {
  const { did } = run('4', [ended(0, 'unauthenticated'), renewed(10), ready(4), message(5, 4)])
  expect(did).toEqual(['close', 'renew refused', 'close', 'open 4', 5])
})

test('A stream whose renewed token is refused too waits before it tries again', () => {
  const refusedTwice = [
    ended(0, 'unauthenticated'),
    renewed(10),
    ended(20, 'unauthenticated'),
    renewed(30),
  ]
  const { did } = run('4', refusedTwice)
  expect(did).toEqual(['close', 'renew refused', 'close', 'open 4', 'close', 'renew refused'])
  expect(run('4', [...refusedTwice, tick(2_019)]).did).toEqual(did)
  expect(run('4', [...refusedTwice, tick(2_020)]).did.at(-1)).toBe('open 4')
})

test('A stream that nobody may have any more is refused', () => {
  const { state, did } = run('4', [ended(0, 'unauthenticated'), renewed(10, false), tick(99_000)])
  expect(state).toMatchObject({ phase: 'refused', problem: { type: 'unauthenticated' } })
  expect(did).toEqual(['close', 'renew refused'])
})

test('A stream whose token expired and cannot be renewed asks the server, which says so', () => {
  const { did } = run('4', [ready(4), goodbye('expired'), renewed(40, false)])
  expect(did).toEqual(['close', 'renew', 'close', 'open ep-4'])
})

test('News of a new token does not disturb a stream that is live or has ended', () => {
  expect(run('4', [ready(4), renewed()]).did).toEqual([])
  expect(run('4', [ended(0, 'forbidden'), renewed()]).did).toEqual(['close'])
})
