import type { Redis } from 'ioredis'
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { PresenceReader } from '../../chassis/presenceReader.ts'
import { RedisKeys } from '../../contract/redisKeys.ts'
import { disposables } from '../../test/support/disposables.ts'
import { openRedis } from '../../test/support/testRedis.ts'
import { uniquePrefix } from '../../test/support/uniquePrefix.ts'
import { waitFor } from '../../test/support/waitFor.ts'
import { Attended } from './attended.ts'
import { NEWS_KEPT, NEWS_PAGE } from './presenceScript.ts'
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
  store = new PresenceStore(redis, keys, { leaseMs: LEASE_MS, limit: 3 })
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
  shorten?: string[]
  since?: number
  isStale?: boolean
}

function run({ keep = [], shorten = [], since = -1, isStale = true }: Wanted): Promise<StepAnswer> {
  channel.isStale = isStale
  const step = new PresenceStep(since)
  step.look(channel)
  for (const sealed of keep) step.keep({ attended: channel, sealed, streams: 1 })
  for (const sealed of shorten) step.shorten(channel, sealed, GRACE_MS)
  return store.run(step)
}

const peopleOf = async (): Promise<string[] | undefined> =>
  (await reader.look(['a']))[0]?.people?.map(({ id }) => id)

describe('leases in Redis', () => {
  test('are told with their number to whoever asks or changes them, and until when they hold', async () => {
    const [first] = (await run({ keep: ['x X', 'y Y'], isStale: false })).channels
    expect(first?.present).toEqual({ count: 2, people: ['x X', 'y Y'] })
    expect(first?.nextEnd).toBe(LEASE_MS)
    const [again] = (await run({ keep: ['x X'], isStale: false })).channels
    expect(again).toEqual({ nextEnd: expect.any(Number) })
    expect((await run({})).channels[0]?.present?.count).toBe(2)
    expect((await run({ keep: ['z Z'], isStale: false })).channels[0]?.present?.count).toBe(3)
  })

  test('are only counted if there are too many', async () => {
    const { channels } = await run({ keep: ['1', '2', '3', '4'] })
    expect(channels).toEqual([{ nextEnd: LEASE_MS, present: { count: 4 } }])
    expect(await reader.look(['a', 'nobody'])).toEqual([{ count: 4 }, { count: 0, people: [] }])
  })

  test('end by themselves, and earlier if they were shortened', async () => {
    await run({ keep: ['stays', 'ends'] })
    const [ended] = (await run({ shorten: ['ends', 'nobody'] })).channels
    expect(ended?.nextEnd).toBe(GRACE_MS)
    expect((await peopleOf())?.sort()).toEqual(['ends', 'stays'])
    await waitFor(async () => (await peopleOf())?.join() === 'stays')
    await waitFor(async () => (await peopleOf())?.length === 0)
    // The next step removes what has ended, also from memory.
    expect((await run({})).channels).toEqual([{ present: { count: 0, people: [] } }])
    expect(await redis.exists(keys.presence('a'))).toBe(0)
  })

  test('that another gateway renews do not end', async () => {
    await run({ keep: ['x'] })
    await run({ shorten: ['x'] })
    expect((await run({ keep: ['x'] })).channels[0]?.nextEnd).toBe(LEASE_MS)
  })

  test('survive keys of another type in their place', async () => {
    await redis.set(keys.presence('a'), 'x')
    await redis.lpush(keys.presenceNews, 'x')
    expect(await reader.look(['a'])).toEqual([{ count: 0, people: [] }])
    const { life, channels } = await run({ keep: ['x'] })
    expect([life.length > 10, channels[0]?.present?.people]).toEqual([true, ['x']])
  })

  test('that are lost change the life, and nothing else does', async () => {
    const { life, number } = await run({ keep: ['x'] })
    expect((await run({ keep: ['x'] })).life).toBe(life)
    await redis.del(keys.presenceNews, keys.presence('a'))
    const after = await run({ since: number })
    expect([after.life === life, after.isLost]).toEqual([false, true])
  })
})

describe('news', () => {
  test('tell others what changed, once, and nobody what they did themselves', async () => {
    const { number: mine } = await run({})
    const { number: other } = await run({ keep: ['x X x', 'y'], since: mine })
    await run({ keep: ['x X x'] })
    const { news, number, isLost, hasMore } = await run({ shorten: ['x X x'], since: mine })
    expect(news).toEqual([{ channel: 'a' }])
    expect([isLost, hasMore]).toEqual([false, false])
    expect((await run({ since: number })).news).toEqual([])
    const shortened = { sealed: 'x X x', ms: GRACE_MS }
    expect((await run({ since: other })).news).toEqual([{ channel: 'a', shortened }])
  })

  test('come in pages', async () => {
    const { number: since } = await run({})
    const names = Array.from({ length: NEWS_PAGE + 1 }, (_, n) => `c${n}`)
    await redis.zadd(keys.presenceNews, ...names.flatMap((name, n) => [since + 1 + n, name]))
    const first = await run({ since })
    const second = await run({ since: first.number })
    expect([first.hasMore, second.hasMore]).toEqual([true, false])
    expect([...first.news, ...second.news].map((each) => each.channel)).toEqual(names)
  })

  test('are bounded, and whoever has missed some is told', async () => {
    const { life, number: since } = await run({})
    const many = Array.from({ length: NEWS_KEPT }, (_, n) => [since + 1 + n, `c${n}`])
    await redis.zadd(keys.presenceNews, ...many.flat())
    const { number } = await run({ keep: ['x'] })
    expect(await redis.zcard(keys.presenceNews)).toBe(NEWS_KEPT)
    expect(await run({ since })).toMatchObject({ life, number, isLost: true, news: [] })
    expect(await run({ since: number })).toMatchObject({ life, isLost: false, news: [] })
  })
})
