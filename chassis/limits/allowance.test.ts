import { beforeEach, describe, expect, test } from '@jest/globals'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { VirtualClock } from '../../test/support/virtualClock.ts'
import { Allowance, type Standing, type Store } from './allowance.ts'

const MINUTE = 60_000

/** Counts for all replicas, in windows of a minute that begin with a key's first points; answers when it is told to. */
class SharedStore implements Store {
  readonly told: [string, number][] = []
  isAway = false
  isSlow = false
  readonly #clock: VirtualClock
  readonly #points: number
  readonly #windows = new Map<string, { used: number; endsAt: number }>()
  #waiting: (() => void)[] = []

  constructor(clock: VirtualClock, points: number) {
    this.#clock = clock
    this.#points = points
  }

  async add(key: string, points: number): Promise<Standing> {
    this.told.push([key, points])
    if (this.isAway) throw new Error('away')
    const now = this.#clock.now()
    let window = this.#windows.get(key)
    if (window === undefined || window.endsAt <= now) window = { used: 0, endsAt: now + MINUTE }
    this.#windows.set(key, window)
    window.used += points
    const remaining = Math.max(0, this.#points - window.used)
    if (this.isSlow) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    return { remaining, resetMs: window.endsAt - this.#clock.now() }
  }

  answer(): void {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
}

let clock: VirtualClock
let store: SharedStore

beforeEach(() => {
  clock = new VirtualClock()
  store = new SharedStore(clock, 100)
})

function replica(points = 100, shared: Store = store): Allowance {
  return new Allowance({
    points,
    endOf: (now) => now + MINUTE,
    now: clock.now,
    store: shared,
  })
}

describe('an allowance', () => {
  test('is whole for a key that took nothing, and ends at nothing', () => {
    const one = replica()
    expect(one.standing('a')).toEqual({ remaining: 100, resetMs: MINUTE })
    one.take('a', 99)
    expect(one.standing('a')).toEqual({ remaining: 1, resetMs: MINUTE })
    one.take('a', 1)
    expect([one.standing('a').remaining, one.standing('b').remaining]).toEqual([0, 100])
    one.take('a', 50)
    expect(one.standing('a').remaining).toBe(0)
  })

  test('is whole again exactly when it says', () => {
    const one = replica()
    clock.pass(10_000)
    one.take('a', 1)
    clock.pass(20_000)
    one.take('a', 99)
    const { remaining, resetMs } = one.standing('a')
    expect([remaining, resetMs]).toEqual([0, 40_000])
    clock.pass(resetMs - 1)
    expect(one.standing('a')).toEqual({ remaining: 0, resetMs: 1 })
    clock.pass(1)
    expect(one.standing('a')).toEqual({ remaining: 100, resetMs: MINUTE })
  })

  test('tells the store only of a key that takes much, and takes nothing twice', async () => {
    const one = replica()
    one.take('a', 1)
    expect(store.told).toEqual([])
    one.take('a', 1)
    await nextTurn()
    one.take('a', 1)
    expect([store.told, one.standing('a').remaining]).toEqual([[['a', 2]], 97])
    one.take('a', 3)
    await nextTurn()
    expect([store.told.at(-1), one.standing('a').remaining]).toEqual([['a', 4], 94])
  })

  test('knows what other replicas took, and when their window ends', async () => {
    const [one, other] = [replica(), replica()]
    one.take('a', 60)
    await nextTurn()
    clock.pass(15_000)
    other.take('a', 10)
    await nextTurn()
    expect(other.standing('a')).toEqual({ remaining: 30, resetMs: 45_000 })
    clock.pass(45_000)
    expect(other.standing('a').remaining).toBe(100)
  })

  test('lets replicas together exceed the points by a share for each, and no more', async () => {
    const replicas = Array.from({ length: 5 }, () => replica())
    let taken = 0
    for (let round = 0; round < 100; round++) {
      for (const one of replicas) {
        if (one.standing('a').remaining < 1) continue
        one.take('a', 1)
        taken++
        await nextTurn()
      }
    }
    expect(taken).toBeGreaterThanOrEqual(100)
    expect(taken).toBeLessThanOrEqual(100 + 5 * 2)
  })

  test('does not wait for a slow store, counts meanwhile, and asks it once at a time', async () => {
    store.isSlow = true
    const one = replica()
    for (let count = 0; count < 100; count++) one.take('a', 1)
    expect([store.told, one.standing('a').remaining]).toEqual([[['a', 2]], 0])
    store.answer()
    await nextTurn()
    expect(one.standing('a').remaining).toBe(0)
    one.take('a', 0)
    expect(store.told.at(-1)).toEqual(['a', 98])
  })

  test('counts for itself while the store fails, and tells it later what it missed', async () => {
    store.isAway = true
    const one = replica()
    one.take('a', 40)
    await nextTurn()
    expect(one.standing('a').remaining).toBe(60)
    store.isAway = false
    one.take('a', 10)
    await nextTurn()
    expect([store.told.at(-1), one.standing('a').remaining]).toEqual([['a', 50], 50])
  })

  test('does not count the answer about an old window for the new one', async () => {
    store.isSlow = true
    const one = replica()
    one.take('a', 100)
    clock.pass(MINUTE)
    one.take('a', 1)
    store.answer()
    await nextTurn()
    expect(one.standing('a')).toEqual({ remaining: 99, resetMs: MINUTE })
  })

  test('holds so many keys at most, and forgets those that began first', () => {
    const one = replica()
    one.take('first', 1)
    for (let count = 0; count < 50_000; count++) {
      one.take(`k${count}`, 1)
    }
    expect(one.size).toBe(20_000)
    expect(['first', 'k0', 'k49999'].map((key) => one.standing(key).remaining)).toEqual([
      100, 100, 99,
    ])
    expect(store.told).toEqual([])
  })

  test('of one point is still one point', async () => {
    const one = replica(1, new SharedStore(clock, 1))
    expect(one.standing('a').remaining).toBe(1)
    one.take('a', 1)
    await nextTurn()
    expect(one.standing('a').remaining).toBe(0)
  })
})
