import { expect, test } from '@jest/globals'
import { ended, goodbye, message, ready, renewed, run, tick } from './streamFixture.ts'
import type { Input } from './streamState.ts'
import { Problem } from '../contract/problem.ts'

const unauthenticated: Input = { is: 'answered', problem: new Problem('unauthenticated') }

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

test('A stream whose token expired tries again after a while, also without news of a new one', () => {
  const inputs = [ready(4), goodbye('expired', 30), tick(5_029)]
  expect(run('4', inputs).did).toEqual(['close', 'renew'])
  expect(run('4', [...inputs, tick(5_030)]).did.at(-1)).toBe('open ep-4')
})

test.each(['revoked', 'forbidden'] as const)('A stream that is %s asks why at once', (reason) => {
  const { did, state } = run('4', [ready(4), goodbye(reason)])
  expect([did, state.phase]).toEqual([['close', 'ask'], 'waiting'])
})

test('A stream whose renewed token is refused too waits before it tries again', () => {
  const refusedTwice = [ended(0), renewed(10), ended(20), renewed(30)]
  const { did } = run('4', refusedTwice)
  expect(did).toEqual(['close', 'ask', 'close', 'open 4', 'close', 'ask'])
  expect(run('4', [...refusedTwice, tick(2_019)]).did).toEqual(did)
  expect(run('4', [...refusedTwice, tick(2_020)]).did.at(-1)).toBe('open 4')
})

test('News of a new token does not disturb a stream that is live or has ended', () => {
  expect(run('4', [ready(4), renewed()]).did).toEqual([])
  expect(run('4', [ended(0), unauthenticated, renewed()]).did).toEqual(['close', 'ask'])
})
