import { expect, test } from '@jest/globals'
import { Random } from '../../test/model/random.ts'
import {
  GRACE_MS,
  LEASE_MS,
  LeasesModel,
  LIMIT,
  ModelGateway,
} from '../../test/support/presenceModel.ts'

const CHANNELS = ['a', 'b']
const PEOPLE = ['p0', 'p1', 'p2', 'p3', 'p4', 'p5', 'p6', 'p7']
/** Here in every schedule, by a stream at the first gateway, which is not killed. Streams of theirs come and go at others. */
const CONSTANT = 'constant'
const TICK_MS = 100
const SETTLE_MS = LEASE_MS + 2 * GRACE_MS

/** Some minutes of joins, leaves, killed gateways, readers that stall and an absent or empty Redis. */
function run(seed: number): string[] {
  const random = new Random(seed)
  const redis = new LeasesModel()
  let gateways = [new ModelGateway(), new ModelGateway(), new ModelGateway()]
  const [first] = gateways
  for (const channel of CHANNELS) first?.join(channel, CONSTANT)
  const faults: string[] = []
  let now = 0
  const pass = (ms: number): void => {
    for (const end = now + ms; now < end; now += TICK_MS)
      for (const each of gateways) each.pass(redis, now)
  }
  for (let turn = 0; turn < 120; turn++) {
    const gateway = random.pick(gateways)
    const streams = [...gateway.streams].filter(({ id }) => id !== CONSTANT || gateway !== first)
    const stream = streams.length > 0 ? random.pick(streams) : undefined
    const dice = random.between(0, 99)
    if (dice < 10) gateway.join(random.pick(CHANNELS), CONSTANT)
    else if (dice < 45) gateway.join(random.pick(CHANNELS), random.pick(PEOPLE))
    else if (dice < 80 && stream !== undefined)
      gateway.leave(stream, random.pick(['grace', 'soon'] as const))
    else if (dice < 85 && stream !== undefined) stream.isFull = !stream.isFull
    else if (dice < 87) redis.loseNews()
    else if (dice < 89) redis.flush()
    else if (dice < 91) redis.isAway = !redis.isAway
    // Killed: it says nothing any more, and another one starts.
    else if (dice < 94 && gateway !== first)
      gateways = gateways.map((each) => (each === gateway ? new ModelGateway() : each))
    pass(random.between(0, 3_000))
  }
  redis.isAway = false
  for (const each of gateways) for (const stream of each.streams) stream.isFull = false
  pass(SETTLE_MS)
  for (const channel of CHANNELS) {
    const all = gateways
      .flatMap(({ streams }) => [...streams])
      .filter((each) => each.channel === channel)
    const truth = [...new Set(all.map(({ id }) => id))].sort().join()
    const count = truth.split(',').length
    for (const { known, id, left } of all) {
      const seen = known?.people
        ?.map((person) => person.id)
        .sort()
        .join()
      if (known?.count !== count) faults.push(`${seed}: ${id} counts ${known?.count} of ${truth}`)
      else if (count <= LIMIT && seen !== truth)
        faults.push(`${seed}: ${id} sees ${seen} of ${truth}`)
      if (left.includes(CONSTANT)) faults.push(`${seed}: ${id} was told that ${CONSTANT} left`)
    }
  }
  return faults
}

test('After any schedule all streams see who is there, and nobody was told that one left who never did', () => {
  const faults = Array.from({ length: 150 }, (_, seed) => run(seed + 1)).flat()
  expect(faults).toEqual([])
})
