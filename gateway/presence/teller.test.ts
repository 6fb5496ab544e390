import { beforeEach, describe, expect, test } from '@jest/globals'
import { LeasesModel, ModelGateway } from '../../test/support/presenceModel.ts'

let redis: LeasesModel
let gateway: ModelGateway

beforeEach(() => {
  redis = new LeasesModel()
  gateway = new ModelGateway()
})

/** Lets time pass, in the ticks of a gateway. */
function pass(from: number, ms: number, budget?: number): void {
  for (let now = from; now < from + ms; now += 20) gateway.pass(redis, now, budget)
}

describe('streams', () => {
  test('are told of all who come within a second by one event', () => {
    const first = gateway.join('a', 'p0')
    pass(0, 100)
    const before = first.events
    for (let n = 1; n < 5; n++) {
      gateway.join('a', `p${n}`)
      pass(n * 100, 100)
    }
    pass(500, 1_000)
    expect([first.events - before, first.known?.count]).toEqual([1, 5])
  })

  test('are told a few at a time, and in the end all', () => {
    const all = Array.from({ length: 50 }, (_, n) => gateway.join('a', `p${n}`))
    const told = (): number => all.filter(({ known }) => known !== undefined).length
    pass(0, 20, 10)
    expect(told()).toBeLessThanOrEqual(10)
    pass(20, 2_000, 10)
    expect(told()).toBe(50)
  })

  test('that take nothing are told everything once they do, and hold nobody up', () => {
    const slow = gateway.join('a', 'slow')
    const other = gateway.join('a', 'other')
    pass(0, 100)
    slow.isFull = true
    for (let n = 0; n < 3; n++) {
      gateway.join('a', `p${n}`)
      pass(100 + n * 1_100, 1_100)
    }
    expect([slow.known?.count, other.known?.count]).toEqual([2, 5])
    slow.isFull = false
    pass(3_500, 200)
    expect(slow.known?.people?.length).toBe(5)
  })

  test('are told at once when they begin, if something is known', () => {
    gateway.join('a', 'p0')
    pass(0, 100)
    expect(gateway.join('a', 'p1').known?.count).toBe(1)
  })
})

test.each([
  ['grace', 2],
  ['soon', 1],
] as const)('Somebody who leaves (%s) is seen for a grace, or for a moment', (how, count) => {
  const watcher = gateway.join('a', 'watcher')
  const other = gateway.join('a', 'other')
  pass(0, 2_000)
  gateway.leave(other, how)
  pass(2_000, 3_000)
  expect(watcher.known?.count).toBe(count)
  pass(5_000, 10_000)
  expect(watcher.known?.count).toBe(1)
})

describe('a gateway', () => {
  test('does as much for a thousand leases that are not due as for none', () => {
    for (let n = 0; n < 200; n++) gateway.join(`c${n}`, 'p')
    pass(0, 1_000)
    const before = redis.leasesWritten
    pass(1_000, 3_000)
    expect(redis.leasesWritten).toBe(before)
  })

  test('counts nobody beyond its bound, and tells them all the same', () => {
    const leftOut: string[] = []
    const small = new ModelGateway({ maxLeases: 1, onLeftOut: () => leftOut.push('one') })
    const all = ['p0', 'p1'].map((id) => small.join('a', id))
    for (let now = 0; now < 2_000; now += 20) small.pass(redis, now)
    expect(all.map(({ known }) => known?.count)).toEqual([1, 1])
    expect(leftOut).toEqual(['one'])
    // Whoever leaves makes room, and one who was left out takes nobody along.
    const [counted, other] = all
    if (counted !== undefined) small.leave(counted)
    const again = small.join('a', 'p1')
    if (other !== undefined) small.leave(other)
    expect(small.table.size).toBe(1)
    small.leave(again)
    expect(small.table.size).toBe(0)
  })

  test('keeps nothing for people who come and go while Redis is away', () => {
    redis.isAway = true
    gateway.join('a', 'stays')
    pass(0, 100)
    for (let n = 0; n < 1_000; n++) gateway.leave(gateway.join('a', `p${n}`))
    redis.isAway = false
    pass(100, 100)
    expect(redis.leasesWritten).toBe(1)
  })
})
