import { describe, expect, test } from '@jest/globals'
import { Fleet, type FleetOptions } from './fleet.ts'

/** All open streams. */
const total = (fleet: Fleet, now: number): number =>
  fleet.values(now).reduce((sum, streams) => sum + streams, 0)

describe('the fleet', () => {
  const OPTIONS: FleetOptions = {
    startSeconds: 30,
    drainSeconds: 20,
    maxAgeSeconds: 3_600,
    choice: 'least',
    movesPerMinute: 0,
    surge: 1,
  }

  test('gives new streams to the pod with the fewest until all have the same', () => {
    const fleet = new Fleet(OPTIONS, 2, 20_000)
    fleet.scale(3, 0)
    for (let now = 0; now < 60; now++) fleet.step(now, 20_000)
    fleet.step(60, 24_000)
    const [first = 0, second = 0, third = 0] = fleet.values(60)
    expect(third).toBeGreaterThan(4_000)
    expect(third).toBeLessThan(first)
    expect(first).toBeCloseTo(second, 0)
  })

  test('gets every stream back after a scale-down, spread over the drain', () => {
    const fleet = new Fleet({ ...OPTIONS, maxAgeSeconds: Infinity }, 4, 40_000)
    fleet.scale(3, 0)
    const sent = Array.from(
      { length: 40 },
      (_, now) => fleet.step(now, 40_000).get('scale-down') ?? 0,
    )
    expect(sent.reduce((sum, count) => sum + count, 0)).toBeCloseTo(10_000, 3)
    expect(Math.max(...sent)).toBeCloseTo(500, 3)
    expect(fleet.replicas).toBe(3)
    expect(total(fleet, 40)).toBeCloseTo(40_000, 3)
  })

  test('gives each pod the same number of new streams if the edge chooses by chance', () => {
    const fleet = new Fleet({ ...OPTIONS, choice: 'chance', maxAgeSeconds: Infinity }, 2, 20_000)
    fleet.scale(4, 0)
    for (let now = 0; now < 60; now++) fleet.step(now, 20_000)
    fleet.step(60, 24_000)
    expect(fleet.values(60)).toEqual([11_000, 11_000, 1_000, 1_000])
  })

  test.each(['least', 'chance'] as const)(
    'is even again within minutes of a scale-up if streams move, and the edge chooses by %s',
    (choice) => {
      const options = { ...OPTIONS, choice, movesPerMinute: 3_000, maxAgeSeconds: Infinity }
      const fleet = new Fleet(options, 2, 20_000)
      fleet.scale(4, 0)
      let moved = 0
      for (let now = 0; now < 360; now++) moved += fleet.step(now, 20_000).get('moves') ?? 0
      expect(Math.max(...fleet.values(360))).toBeLessThan(5_000 * 1.1)
      expect(moved).toBeLessThan(choice === 'least' ? 10_000 : 20_000)
      expect(total(fleet, 360)).toBeCloseTo(20_000, 3)
    },
  )

  test('makes nobody come back twice if a rolling update starts all new pods first', () => {
    const options = { ...OPTIONS, choice: 'chance' as const, surge: 9, maxAgeSeconds: Infinity }
    const fleet = new Fleet(options, 3, 30_000)
    fleet.deploy(0)
    let sent = 0
    for (let now = 0; now < 200; now++) sent += fleet.step(now, 30_000).get('deploy') ?? 0
    expect(sent).toBeCloseTo(30_000, 3)
    expect(fleet.replicas).toBe(3)
  })

  test('replaces each pod once in a rolling update, and is never without one', () => {
    const fleet = new Fleet({ ...OPTIONS, maxAgeSeconds: Infinity }, 3, 30_000)
    fleet.deploy(0)
    let sent = 0
    for (let now = 0; now < 200; now++) {
      sent += fleet.step(now, 30_000).get('deploy') ?? 0
      expect(fleet.values(now).length).toBeGreaterThanOrEqual(3)
    }
    // More than all: a reader that comes back early may reach a pod that is still to be replaced.
    expect(sent).toBeGreaterThanOrEqual(30_000 - 1)
    expect(fleet.replicas).toBe(3)
    expect(total(fleet, 200)).toBeCloseTo(30_000, 3)
  })
})
