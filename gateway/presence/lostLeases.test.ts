import { beforeEach, expect, test } from '@jest/globals'
import {
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
  watchers = [here.join('a', 'one'), there.join('a', 'two')]
  now = 0
  pass(3_000)
})

function pass(ms: number, gateways = [here, there]): void {
  for (const end = now + ms; now < end; now += 20)
    for (const each of gateways) each.pass(redis, now)
}

const counts = (): unknown[] => watchers.map(({ known }) => known?.count)
const left = (): string[] => watchers.flatMap((watcher) => watcher.left)

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
