import { beforeEach, expect, test } from '@jest/globals'
import { covers, type Reached, ReplicaState } from './replicaState.ts'

let state: ReplicaState

beforeEach(() => {
  state = new ReplicaState()
})

const at = (position: number, epoch = 'e1'): Reached => ({ epoch, position })

test('A replica is read only if it has the point, in the same epoch', () => {
  expect(covers(at(5), at(5))).toBe(true)
  expect(covers(at(5), at(6))).toBe(false)
  expect(covers(at(9, 'e2'), at(5))).toBe(false)
  expect(covers(undefined, at(0))).toBe(false)
  state.seen(at(5))
  expect([4, 5, 6].map((position) => state.decide(at(position), 0, 0))).toEqual([
    'read',
    'read',
    'look',
  ])
  expect(state.decide(at(1, 'e0'), 0, 0)).toBe('look')
})

test('A read waits for a quarter of a second, and others then not at all for a second', () => {
  state.seen(at(5))
  expect(state.decide(at(6), 1_000, 1_249)).toBe('look')
  expect(state.decide(at(6), 1_000, 1_250)).toBe('primary')
  expect(state.decide(at(6), 1_251, 1_251)).toBe('primary')
  // What it has is still read.
  expect(state.decide(at(5), 1_251, 1_251)).toBe('read')
  expect(state.decide(at(6), 2_250, 2_250)).toBe('look')
  state.seen(at(6))
  expect(state.decide(at(6), 2_250, 2_260)).toBe('read')
})

test('After a failure nothing is believed of it, and nobody waits for it for a second', () => {
  state.seen(at(5))
  state.failed(100)
  expect(state.decide(at(1), 200, 200)).toBe('primary')
  expect(state.decide(at(1), 1_100, 1_100)).toBe('look')
})
