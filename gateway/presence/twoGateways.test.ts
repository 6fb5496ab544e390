import { beforeEach, describe, expect, test } from '@jest/globals'
import {
  GRACE_MS,
  LEASE_MS,
  LeasesModel,
  ModelGateway,
  type ModelStream,
  RENEW_MS,
} from '../../test/support/presenceModel.ts'

let redis: LeasesModel
let here: ModelGateway
let there: ModelGateway
let watchers: ModelStream[]
let now: number

beforeEach(() => {
  redis = new LeasesModel()
  here = new ModelGateway()
  there = new ModelGateway()
  watchers = [here.join('a', 'w-here'), there.join('a', 'w-there')]
  now = 0
})

/** Lets time pass, in the ticks of these gateways. */
function pass(ms: number, gateways = [here, there]): void {
  for (const end = now + ms; now < end; now += 20)
    for (const each of gateways) each.pass(redis, now)
}

const counts = (): unknown[] => watchers.map(({ known }) => known?.count)
const left = (): string[] => watchers.flatMap((watcher) => watcher.left)

describe('somebody with streams at two gateways', () => {
  // One token of theirs has lost its grant, and the other may still read.
  test.each(['grace', 'soon'] as const)('who loses one of them (%s) never leaves', (how) => {
    const one = here.join('a', 'p')
    there.join('a', 'p')
    // At any time between two renewals.
    for (const ms of [3_000, LEASE_MS / 4, LEASE_MS / 3]) {
      pass(ms)
      here.leave(one, how)
      pass(LEASE_MS + 2 * GRACE_MS)
      expect([counts(), left()]).toEqual([[3, 3], []])
      here.join('a', 'p')
    }
  })

  test('leaves with the last one', () => {
    const streams = [here, there].map((gateway) => ({ gateway, stream: gateway.join('a', 'p') }))
    pass(3_000)
    for (const { gateway, stream } of streams) gateway.leave(stream, 'soon')
    pass(5_000)
    expect([counts(), left()]).toEqual([
      [2, 2],
      ['p', 'p'],
    ])
  })
})

test('People of a gateway that dies stay until their leases end, and no longer', () => {
  there.join('a', 'p')
  pass(LEASE_MS + 3_000)
  pass(LEASE_MS / 2 - 3_000, [here])
  expect(watchers[0]?.known?.count).toBe(3)
  pass(LEASE_MS / 2 + 5_000, [here])
  expect([watchers[0]?.known?.count, watchers[0]?.left]).toEqual([1, ['w-there', 'p']])
})

test('A join or leave elsewhere is seen within three seconds, however quiet the channel was', () => {
  pass(LEASE_MS)
  const stream = there.join('a', 'p')
  pass(3_000)
  expect(counts()).toEqual([3, 3])
  there.leave(stream, 'soon')
  pass(5_000)
  expect(counts()).toEqual([2, 2])
})

test('The last of a gateway is gone after the grace, also for those elsewhere', () => {
  const stream = there.join('b', 'p')
  const watcher = here.join('b', 'watcher')
  pass(LEASE_MS)
  there.leave(stream)
  pass(GRACE_MS - 1_000)
  expect(watcher.known?.count).toBe(2)
  pass(4_000)
  expect([watcher.known?.count, watcher.left]).toEqual([1, ['p']])
})

test('Whoever comes after a gateway died sees its people go when their leases end', () => {
  there.join('b', 'p')
  pass(100)
  pass(LEASE_MS - 5_000, [here])
  const late = here.join('b', 'late')
  pass(3_000, [here])
  expect(late.known?.count).toBe(2)
  pass(5_000, [here])
  expect([late.known?.count, late.left]).toEqual([1, ['p']])
})

test('A channel in which nothing happens costs two renewals in the time of a lease, and nothing else', () => {
  for (let n = 0; n < 100; n++) for (const id of ['p', 'q', 'r']) here.join(`c${n}`, id)
  pass(LEASE_MS)
  const [written, looks] = [redis.leasesWritten, redis.looks]
  pass(10 * LEASE_MS)
  // Two more are those who watch. Their channel is looked at when leases of the other gateway could end.
  expect(redis.leasesWritten - written).toBeLessThanOrEqual(20 * (300 + 2))
  expect(redis.looks - looks).toBeLessThanOrEqual(20 * (100 + 4))
})

test('Whoever has missed news looks at everything again', () => {
  pass(3_000)
  const stream = there.join('a', 'p')
  redis.loseNews()
  pass(100, [there])
  redis.loseNews()
  pass(3_000)
  expect(counts()).toEqual([3, 3])
  there.leave(stream, 'soon')
  pass(5_000)
  expect(counts()).toEqual([2, 2])
})

describe('after a loss', () => {
  beforeEach(() => pass(3_000))

  test('An empty Redis gets all leases again, also if as much has happened there since as before', () => {
    redis.flush()
    for (let n = 0; n < 20; n++) there.join(`b${n}`, 'p')
    pass(1_000, [there])
    pass(10_000)
    expect([counts(), left()]).toEqual([[2, 2], []])
  })

  test('Leases that ran out while Redis was away come back before anybody is told', () => {
    redis.isAway = true
    pass(2 * LEASE_MS)
    redis.isAway = false
    // One gateway reaches it some seconds before the other.
    pass(3_000, [here])
    pass(10_000)
    expect([counts(), left()]).toEqual([[2, 2], []])
  })

  test('A loss in the middle of a renewal begins that again', () => {
    for (let n = 0; n < 600; n++) here.join('a', `p${n}`)
    pass(RENEW_MS)
    let written = redis.leasesWritten
    // Until a first part of the large channel is renewed.
    while (redis.leasesWritten < written + 100) {
      written = redis.leasesWritten
      now += 20
      const step = here.table.next(now)
      if (step !== undefined) here.table.done(step, redis.run(step, now), now)
    }
    redis.flush()
    pass(10_000)
    expect(counts()).toEqual([602, 602])
  })
})
