import { describe, expect, test } from '@jest/globals'
import { Random } from '../../test/model/random.ts'
import { type Choice, MovingFleet } from '../../test/support/movingFleet.ts'
import { MovePolicy } from './movePolicy.ts'

const MINUTE = 60
const FLEETS = 40

const sum = (numbers: readonly number[]): number => numbers.reduce((all, each) => all + each, 0)

/** Random fleets, of two to nine gateways with up to six thousand streams each, a quarter of an hour later. */
function settled(choice: Choice) {
  return Array.from({ length: FLEETS }, (_, seed) => {
    const random = new Random(seed + 1)
    const size = 2 + Math.floor(random.next() * 8)
    const streams = Array.from({ length: size }, () =>
      random.next() < 0.3 ? 0 : Math.floor(random.next() * 6_000),
    )
    const fleet = new MovingFleet({ random, choice }, streams)
    fleet.pass(15 * MINUTE)
    return { streams, mean: sum(streams) / size, fleet }
  })
}

const SETTLED = { least: settled('least'), random: settled('random'), same: [] }

/** How far above the mean a gateway may stay. */
function allowed(mean: number): number {
  return Math.max(mean * 0.1, 50, 4 * Math.sqrt(mean))
}

describe.each(['least', 'random'] as const)('with an edge that chooses by %s', (choice) => {
  test('every fleet becomes even within minutes', () => {
    for (const { streams, mean, fleet } of SETTLED[choice]) {
      expect(sum(fleet.counts)).toBe(sum(streams))
      expect(Math.max(...fleet.counts) - mean).toBeLessThanOrEqual(allowed(mean) + 1)
    }
  })

  test('nothing moves any more once it is even', () => {
    for (const { fleet } of SETTLED[choice].slice(0, 10)) {
      const { moved } = fleet
      fleet.pass(15 * MINUTE)
      expect(fleet.moved).toBe(moved)
    }
  })

  test('twice as many gateways are even three minutes later', () => {
    const fleet = new MovingFleet({ random: new Random(3), choice }, [2_500, 2_500])
    fleet.pass(2 * MINUTE)
    expect(fleet.moved).toBe(0)
    fleet.join()
    fleet.join()
    fleet.pass(3 * MINUTE)
    expect(fleet.ratio).toBeLessThanOrEqual(1.15)
  })

  test('it settles while readers come and leave, and moves hardly any then', () => {
    const random = new Random(9)
    const fleet = new MovingFleet({ random, choice }, [4_000, 4_000, 0, 0])
    fleet.pass(10 * MINUTE, { arriving: 8, leaving: 0.001 })
    expect(fleet.ratio).toBeLessThanOrEqual(1.15)
    const { moved } = fleet
    fleet.pass(60 * MINUTE, { arriving: 8, leaving: 0.001 })
    expect(fleet.moved - moved).toBeLessThan(200)
  })
})

describe('with least connections', () => {
  test('no more streams move than were above the mean', () => {
    for (const { streams, mean, fleet } of SETTLED.least) {
      const excess = sum(streams.map((each) => Math.max(0, each - mean)))
      expect(fleet.moved).toBeLessThanOrEqual(Math.ceil(excess))
    }
  })

  test('a gateway with fewer than the mean never lets a stream move', () => {
    for (const { streams, mean, fleet } of SETTLED.least) {
      const low = fleet.gateways.filter((_, at) => (streams[at] ?? 0) <= mean)
      expect(sum(low.map(({ moved }) => moved))).toBe(0)
    }
  })
})

test('with random choice each stream moves about once at most, however few gateways have room', () => {
  for (const { streams, fleet } of SETTLED.random) {
    expect(fleet.moved).toBeLessThanOrEqual(sum(streams) * 1.15)
  }
})

test('no stream moves in a rolling update, by whichever choice', () => {
  for (const choice of ['least', 'random'] as const) {
    const fleet = new MovingFleet({ random: new Random(5), choice }, [3_000, 3_000, 3_000, 3_000])
    fleet.pass(2 * MINUTE)
    for (let step = 0; step < 4; step++) {
      fleet.join()
      fleet.pass(15)
      fleet.leave()
      fleet.pass(30)
    }
    expect(fleet.moved).toBe(0)
  }
})

test('an edge that sends each reader back costs two moves a stream in the time of an age', () => {
  const fleet = new MovingFleet({ random: new Random(1), choice: 'same' }, [3_000, 0, 0])
  fleet.pass(60 * MINUTE)
  expect(fleet.moved).toBeGreaterThan(3_000)
  expect(fleet.moved).toBeLessThanOrEqual(3_000 * 4)
  const { moved } = fleet
  fleet.pass(60 * MINUTE)
  expect(fleet.moved - moved).toBeLessThanOrEqual(3_000 * 2 + 1)
})

const count = (id: string, streams: number, room = 50_000, isLeaving = false) => ({
  id,
  streams,
  room,
  isLeaving,
})

/** What moves in the first minute after the half one in which a new fleet is left alone. */
function movesOf(own: number, others: ReturnType<typeof count>[], isLeaving = false): number {
  const policy = new MovePolicy({ perMinute: 3_000, maxAgeMs: 3_600_000 })
  let moves = 0
  for (let second = 0; second < 90; second++) {
    moves += policy.look(count('own', own, 0, isLeaving), others, second * 1_000)
  }
  return moves
}

test.each([
  ['nobody else is there', 10_000, [], 0],
  ['the others have no room', 10_000, [count('a', 1_000, 0)], 0],
  ['the others have room for a few', 10_000, [count('a', 1_000, 1)], 60],
  ['one is leaving', 10_000, [count('a', 0), count('b', 5_000, 50_000, true)], 0],
  ['it is below the least difference', 99, [count('a', 0)], 0],
  ['it is within a tenth', 10_900, [count('a', 9_100)], 0],
  ['it is far above', 10_000, [count('a', 0)], 3_000],
])('if %s, so many move', (_name, own, others, moves) => {
  expect(Math.abs(movesOf(own, others) - moves)).toBeLessThanOrEqual(moves * 0.02)
})

test('if those that moved do not come back, the rest stays', () => {
  const policy = new MovePolicy({ perMinute: 60_000, maxAgeMs: 3_600_000 })
  const others = [count('a', 0)]
  let streams = 10_000
  for (let second = 0; second < 120; second++) {
    streams -= policy.look(count('own', streams), others, second * 1_000)
  }
  // The mean was 5,000, and falls by a tenth in ninety seconds.
  expect(streams).toBeLessThan(5_400)
  expect(streams).toBeGreaterThan(4_500)
})

test('a gateway that leaves lets none move: its drain ends them', () => {
  expect(movesOf(10_000, [count('a', 0)], true)).toBe(0)
})
