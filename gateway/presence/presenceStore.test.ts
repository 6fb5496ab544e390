import type { Redis } from 'ioredis'
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { PresenceReader } from '../../chassis/presenceReader.ts'
import { RedisKeys } from '../../contract/redisKeys.ts'
import { disposables } from '../../test/support/disposables.ts'
import { openRedis } from '../../test/support/testRedis.ts'
import { uniquePrefix } from '../../test/support/uniquePrefix.ts'
import { waitFor } from '../../test/support/waitFor.ts'
import { Attended } from './attended.ts'
import { PresenceStep, type StepAnswer } from './presenceStep.ts'
import { PresenceStore } from './presenceStore.ts'

const opened = disposables()
const LEASE_MS = 1_500
const GRACE_MS = 500
let redis: Redis
let keys: RedisKeys
let store: PresenceStore
let reader: PresenceReader
let channel: Attended

beforeAll(async () => {
  redis = await openRedis(opened)
})

beforeEach(() => {
  keys = new RedisKeys(uniquePrefix(), 0)
  store = new PresenceStore(redis, keys, { leaseMs: LEASE_MS, graceMs: GRACE_MS, limit: 3 })
  reader = new PresenceReader({
    redis,
    keys,
    // What these tests keep has no MAC.
    copyKeys: { openPerson: (_, text) => ({ id: text, name: text }) },
    onRefused: () => {},
    limit: 3,
  })
  channel = new Attended('a', () => undefined)
})

interface Wanted {
  keep?: string[]
  end?: string[]
  drop?: string[]
  known?: string
}

function run({ keep = [], end = [], drop = [], known = '' }: Wanted): Promise<StepAnswer> {
  channel.stamp = known
  const step = new PresenceStep()
  step.look(channel)
  for (const sealed of keep) step.keep({ attended: channel, sealed, streams: 1, renewAt: 0 })
  for (const sealed of end) step.end(channel, sealed, 'grace')
  for (const sealed of drop) step.end(channel, sealed, 'now')
  return store.run(step)
}

const peopleOf = async (): Promise<string[] | undefined> =>
  (await reader.look(['a']))[0]?.people?.map(({ id }) => id)

describe('leases in Redis', () => {
  test('are told with their number, and not again until something has changed', async () => {
    const [first] = (await run({ keep: ['x X', 'y Y'] })).channels
    expect(first).toMatchObject({ count: 2, people: ['x X', 'y Y'] })
    const known = first?.stamp ?? ''
    expect((await run({ keep: ['x X'], known })).channels).toEqual([undefined])
    const [changed] = (await run({ keep: ['z Z'], known })).channels
    expect(changed).toMatchObject({ count: 3 })
    expect(changed?.stamp).not.toBe(known)
  })

  test('are only counted if there are too many', async () => {
    const { channels } = await run({ keep: ['1', '2', '3', '4'] })
    expect(channels).toEqual([{ stamp: expect.any(String), count: 4 }])
    expect(await reader.look(['a', 'nobody'])).toEqual([{ count: 4 }, { count: 0, people: [] }])
  })

  test('end by themselves, earlier if they were ended, and at once if they were dropped', async () => {
    await run({ keep: ['stays', 'ends', 'drops'] })
    await run({ end: ['ends'], drop: ['drops'] })
    expect((await peopleOf())?.sort()).toEqual(['ends', 'stays'])
    await waitFor(async () => (await peopleOf())?.join() === 'stays')
    await waitFor(async () => (await peopleOf())?.length === 0)
    // The next step removes what has ended, also from memory.
    await run({})
    expect(await redis.exists(keys.presence('a'))).toBe(0)
  })

  test('that another gateway renews do not end', async () => {
    await run({ keep: ['x'] })
    await run({ end: ['x'] })
    await run({ keep: ['x'] })
    await waitFor(async () => (await redis.zscore(keys.presence('a'), 'x')) !== null)
    const [seconds = 0, micros = 0] = (await redis.time()).map(Number)
    const left =
      Number(await redis.zscore(keys.presence('a'), 'x')) - seconds * 1_000 - micros / 1_000
    expect(left).toBeGreaterThan(GRACE_MS)
  })

  test('survive keys of another type in their place', async () => {
    await redis.set(keys.presence('a'), 'x')
    await redis.lpush(keys.presenceStamp('a'), 'x')
    await redis.lpush(keys.presenceLife, 'x')
    expect(await reader.look(['a'])).toEqual([{ count: 0, people: [] }])
    const { life, channels } = await run({ keep: ['x'] })
    expect([life.length > 10, channels[0]?.people]).toEqual([true, ['x']])
  })

  test('that are lost change the life, and nothing else does', async () => {
    const { life } = await run({ keep: ['x'] })
    expect((await run({ keep: ['x'] })).life).toBe(life)
    await redis.del(keys.presenceLife, keys.presence('a'), keys.presenceStamp('a'))
    expect((await run({ keep: ['x'] })).life).not.toBe(life)
  })
})
