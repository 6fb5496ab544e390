import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from '@jest/globals'
import { VirtualClock } from '../../test/support/virtualClock.ts'
import { DeletionCost } from './deletionCost.ts'
import { GatewayCounts } from './gatewayCounts.ts'
import { MovePolicy } from './movePolicy.ts'
import { Spread, type SpreadOptions } from './spread.ts'

/** A gateway beside one that has `others` streams and says so every second; `pass` is in seconds. */
function open(others: number, options: Partial<SpreadOptions> = {}) {
  const clock = new VirtualClock()
  const neighbour = new GatewayCounts('bbbbbbbb')
  const state = { streams: 1_000, isAway: false, isReady: true, isLeaving: false }
  const told: string[] = []
  const means: number[] = []
  const spread = new Spread({
    clock,
    isReady: () => state.isReady,
    own: () => ({ streams: state.streams, room: 10_000, isLeaving: state.isLeaving }),
    exchange: async (line) => {
      told.push(line)
      if (state.isAway) throw new Error('away')
      const theirs = { streams: others, room: 10_000, isLeaving: false }
      return `${line}\n${neighbour.line(theirs)}`
    },
    counts: new GatewayCounts('aaaaaaaa'),
    policy: new MovePolicy({ perMinute: 600, maxAgeMs: 3_600_000 }),
    move: (count) => (state.streams -= count),
    onMean: (mean) => means.push(mean),
    cost: new DeletionCost(),
    annotate: undefined,
    onError: () => {},
    ...options,
  })
  const pass = async (seconds: number): Promise<void> => {
    for (let second = 0; second < seconds; second++) {
      clock.pass(1_000)
      await nextTurn()
    }
  }
  return { state, told, means, spread, pass }
}

test('Streams move to a gateway with fewer, so many a minute at most', async () => {
  const { state, means, pass } = open(0)
  await pass(30)
  expect([state.streams, means.at(-1)]).toEqual([1_000, 500])
  await pass(10)
  expect(state.streams).toBeLessThanOrEqual(910)
  expect(state.streams).toBeGreaterThanOrEqual(880)
})

test('Nothing moves while Redis is away, and the mean is then its own number', async () => {
  const { state, means, pass } = open(0)
  await pass(35)
  state.isAway = true
  const { streams } = state
  await pass(600)
  expect([state.streams, means.at(-1)]).toEqual([streams, streams])
})

test('A gateway is no part of the fleet before it is ready, nor after it has closed', async () => {
  const { state, told, spread, pass } = open(0)
  state.isReady = false
  await pass(5)
  expect(told).toEqual([])
  state.isReady = true
  await pass(1)
  expect(told).toEqual(['aaaaaaaa 1 1000 10000 o'])
  state.isLeaving = true
  await pass(1)
  await spread.close()
  await pass(5)
  expect(told).toEqual(['aaaaaaaa 1 1000 10000 o', 'aaaaaaaa 2 1000 10000 l', ''])
})

test('Without a common Redis nothing moves, and each gateway is the mean', async () => {
  const { state, means, spread, pass } = open(0, { exchange: undefined })
  await pass(600)
  await spread.close()
  expect([state.streams, new Set(means)]).toEqual([1_000, new Set([1_000])])
})

test('The cost of the pod follows its streams, once a minute at most, whatever becomes of Redis', async () => {
  const costs: number[] = []
  const { state, pass } = open(1_000, { annotate: async (cost) => void costs.push(cost) })
  state.isAway = true
  await pass(2)
  state.streams = 5_432
  await pass(57)
  expect(costs).toEqual([1_000])
  await pass(3)
  expect(costs).toEqual([1_000, 5_400])
  state.streams = 5_449
  await pass(120)
  expect(costs).toEqual([1_000, 5_400])
})

test('A cost that could not be written is written a minute later, and each failure is told', async () => {
  const errors: unknown[] = []
  let tries = 0
  const annotate = async (): Promise<void> => {
    if (++tries < 3) throw new Error('forbidden')
  }
  const { pass } = open(1_000, { annotate, onError: (error) => errors.push(error) })
  await pass(300)
  expect([tries, errors.length]).toEqual([3, 2])
})
