import { once } from 'node:events'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { beforeEach, describe, expect, test } from '@jest/globals'
import type { Redis } from 'ioredis'
import { pino } from 'pino'
import { disposables } from '../../test/support/disposables.ts'
import { silenceable } from '../../test/support/silenceable.ts'
import { testServers } from '../../test/support/servers.ts'
import { openRedis, ownRedis, testLink } from '../../test/support/testRedis.ts'
import { uniquePrefix } from '../../test/support/uniquePrefix.ts'
import { VirtualClock } from '../../test/support/virtualClock.ts'
import { waitFor } from '../../test/support/waitFor.ts'
import { connectRedis } from '../redis.ts'
import { createLimit } from './createLimit.ts'
import type { Limit, Subject } from './limit.ts'
import { limitKey, LimitStore } from './store.ts'

const opened = disposables()
const silent = pino({ level: 'silent' })
const SUBJECT: Subject = { principal: undefined, address: '2001:db8:0:1::/64' }

let prefix: string

beforeEach(() => {
  prefix = uniquePrefix()
})

function replica(redis: Redis, replicas = 1, now: () => number = () => performance.now()): Limit {
  return createLimit(
    { name: 'posts', perPrincipal: Infinity, perAddress: 100 },
    { redis, prefix, replicas, now, refusals: { inc: () => {} } },
  )
}

const store = (redis: Redis | undefined, points = 10, replicas = 1): LimitStore =>
  new LimitStore('posts', points, 60, { redis, prefix, replicas })

/** What this one still allows. */
function left(limit: Limit): number {
  return Number(/;r=(\d+);/.exec(limit.headers(SUBJECT)?.RateLimit ?? '')?.[1])
}

describe('two replicas with one Redis', () => {
  test('share a limit', async () => {
    const [one, other] = [replica(await openRedis(opened)), replica(await openRedis(opened))]
    one.take(SUBJECT, 60)
    other.take(SUBJECT, 30)
    await waitFor(() => left(other) === 10)
    expect(other.refusal(SUBJECT, 11)).toBeGreaterThan(0)
    // It took its points first, and learns of the others when it takes more.
    one.take(SUBJECT, 9)
    await waitFor(() => left(one) === 1)
    one.take(SUBJECT, 2)
    await waitFor(() => left(one) === 0)
    expect(one.refusal(SUBJECT)).toBeGreaterThan(0)
    expect(one.refusal({ ...SUBJECT, address: '2001:db8:0:2::/64' })).toBe(undefined)
  })

  test('leave nothing in Redis that does not expire', async () => {
    const redis = await openRedis(opened)
    const limit = replica(redis)
    for (let count = 0; count < 300; count++) limit.take({ ...SUBJECT, address: `a${count}` }, 2)
    const keys = (): Promise<string[]> => redis.keys(`${prefix}:*`)
    await waitFor(async () => (await keys()).length === 300)
    for (const key of await keys()) {
      const ms = await redis.pttl(key)
      expect(key).toMatch(new RegExp(`^${prefix}:limit:\\{limits\\}:posts-by-address:a\\d+$`))
      expect(ms).toBeGreaterThan(0)
      expect(ms).toBeLessThanOrEqual(60_000)
    }
  })

  test('say when Redis gives the points back, whatever their own clocks say', async () => {
    const clock = new VirtualClock()
    const redis = await openRedis(opened)
    const limit = replica(redis, 1, clock.now)
    const key = `${limitKey(prefix)}:posts-by-address:${SUBJECT.address}`
    await redis.set(key, 98, 'PX', 20_000)
    limit.take(SUBJECT, 2)
    await waitFor(() => (limit.refusal(SUBJECT) ?? 60_000) < 60_000)
    const waitMs = limit.refusal(SUBJECT) ?? 0
    expect(waitMs).toBeGreaterThan(10_000)
    expect(waitMs).toBeLessThanOrEqual(20_000)
    clock.pass(waitMs - 1)
    expect(limit.refusal(SUBJECT)).toBe(1)
    clock.pass(1)
    expect([limit.refusal(SUBJECT), left(limit)]).toEqual([undefined, 100])
  })
})

describe('a store of a limit', () => {
  test('counts to the last point, and says what was too much', async () => {
    const one = store(await openRedis(opened))
    expect([await one.add('a', 9), await one.add('a', 1), await one.add('a', 1)]).toMatchObject([
      { remaining: 1, isOver: false },
      { remaining: 0, isOver: false },
      { remaining: 0, isOver: true },
    ])
  })

  test('asks Redis nothing about a key that has nothing left', async () => {
    const redis = await openRedis(opened)
    const one = store(redis)
    await one.add('a', 10)
    const before = await redis.get(`${limitKey(prefix)}:posts:a`)
    for (let count = 0; count < 20; count++) {
      expect(await one.add('a', 1)).toMatchObject({ remaining: 0, isOver: true })
    }
    expect([before, await redis.get(`${limitKey(prefix)}:posts:a`)]).toEqual(['10', '10'])
  })

  test('counts its share in memory while Redis is away, and in Redis when it is back', async () => {
    const { url, server } = await ownRedis(opened)
    const redis = connectRedis(testLink(url, silent), 500)
    opened.add(() => redis.disconnect())
    await once(redis, 'ready')
    const one = store(redis, 10, 2)
    expect(await one.add('a', 1)).toMatchObject({ remaining: 9 })
    await server.stop('SIGKILL')
    await waitFor(() => redis.status !== 'ready')
    expect([await one.add('a', 4), await one.add('a', 1), await one.add('a', 1)]).toMatchObject([
      { remaining: 1, isOver: false },
      { remaining: 0, isOver: false },
      { remaining: 0, isOver: true },
    ])
    await server.start()
    await waitFor(() => redis.status === 'ready')
    expect(await one.add('a', 2)).toMatchObject({ remaining: 8 })
  })

  test('counts in memory if there is no Redis at all', async () => {
    const one = store(undefined, 10, 5)
    expect([await one.add('a', 2), await one.add('a', 1)]).toMatchObject([
      { remaining: 0, isOver: false },
      { remaining: 0, isOver: true },
    ])
  })

  test('counts in memory when Redis falls silent, after its time-out', async () => {
    const { url, silence } = await silenceable(opened, testServers().redisUrl)
    const redis = connectRedis(testLink(url, silent), 500)
    opened.add(() => redis.disconnect())
    await once(redis, 'ready')
    const one = store(redis)
    await one.add('a', 5)
    await silence()
    expect(await one.add('a', 3)).toMatchObject({ remaining: 7, isOver: false })
  })

  test('gives a key all of its points back', async () => {
    const one = store(await openRedis(opened))
    await one.add('a', 10)
    await one.forget('a')
    expect(await one.add('a', 1)).toMatchObject({ remaining: 9 })
  })
})

test('A limit decides at once while Redis is silent', async () => {
  const { url, silence } = await silenceable(opened, testServers().redisUrl)
  const redis = connectRedis(testLink(url, silent), 60_000)
  opened.add(() => redis.disconnect())
  await once(redis, 'ready')
  await silence()
  const limit = replica(redis)
  // All in one turn: there is no time in which Redis could answer.
  const decisions = Array.from({ length: 101 }, () => {
    const refusal = limit.refusal(SUBJECT)
    if (refusal === undefined) limit.take(SUBJECT, 1)
    return refusal === undefined
  })
  expect(decisions.filter(Boolean)).toHaveLength(100)
  await nextTurn()
  expect(limit.refusal(SUBJECT)).toBeGreaterThan(0)
})
