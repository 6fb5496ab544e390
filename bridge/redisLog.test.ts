import { beforeEach, describe, expect, test } from '@jest/globals'
import type { Redis } from 'ioredis'
import { RedisKeys } from '../contract/redisKeys.ts'
import { disposables } from '../test/support/disposables.ts'
import { entry, openRedis, openSubscriber } from '../test/support/testRedis.ts'
import { uniquePrefix } from '../test/support/uniquePrefix.ts'
import { waitFor } from '../test/support/waitFor.ts'
import { RedisLog } from './redisLog.ts'

const opened = disposables()
let redis: Redis
let prefix: string
let keys: RedisKeys
let log: RedisLog

beforeEach(async () => {
  redis = await openRedis(opened)
  prefix = uniquePrefix()
  keys = new RedisKeys(prefix, 0)
  log = new RedisLog(redis, keys, { recentLength: 500, recentSeconds: 60 })
})

const ids = async (channel: string): Promise<string[]> =>
  (await redis.xrange(keys.recent('e1', channel), '-', '+')).map(([id]) => id)

/** What is published to these names, as `<end of the name> <payload>`, from now on. */
async function listen(...names: string[]): Promise<string[]> {
  const heard: string[] = []
  const subscriber = await openSubscriber(opened)
  subscriber.on('smessage', (name: string, payload: string) => {
    heard.push(`${name.split(':').at(-1)} ${payload}`)
  })
  await subscriber.ssubscribe(...names)
  return heard
}

/** Writes 11 to 310, as one bridge of several does it. */
async function write(writer: RedisLog, step: number): Promise<void> {
  for (let head = 10; head < 310;) {
    const run = Array.from({ length: Math.min(step, 310 - head) }, (_, index) =>
      entry(head + 1 + index, head + index),
    )
    head = (await writer.append('e1', head, run)) ?? 0
  }
}

describe('an empty copy', () => {
  test('begins after a floor, and is told before its first message', async () => {
    const heard = await listen(keys.beacon, keys.live('e1', 'a'))
    expect(await log.open('e1', 7)).toBe(7)
    expect(await log.append('e1', 7, [entry(8, 0)])).toBe(8)
    await waitFor(() => heard.length === 2)
    expect(heard).toEqual(['beacon e1 7 7', `a ${entry(8, 0).json}`])
  })

  test('takes nothing before it was opened', async () => {
    expect(await log.append('e1', 7, [entry(8, 0)])).toBe(undefined)
    expect(await redis.keys(`${prefix}*`)).toEqual([])
  })

  test('is not told of', async () => {
    const heard = await listen(keys.beacon)
    await log.beacon('e1')
    await log.open('e2', 1)
    await waitFor(() => heard.length > 0)
    expect(heard).toEqual(['beacon e2 1 1'])
  })
})

describe('an append', () => {
  beforeEach(() => log.open('e1', 10))

  test('goes to the stream of its channel, to those who listen, and moves the head', async () => {
    const heard = await listen(keys.live('e1', 'a'), keys.live('e1', 'b'), keys.beacon)
    const run = [entry(11, 3, 'a'), entry(12, 0, 'b'), entry(13, 11, 'a', '"\\n\u2028👋"')]
    expect(await log.append('e1', 10, run)).toBe(13)
    await log.beacon('e1')
    await waitFor(() => heard.length === 4)
    expect(heard).toEqual([...run.map((one) => `${one.channel} ${one.json}`), 'beacon e1 13 10'])
    expect([await ids('a'), await ids('b')]).toEqual([['11-0', '13-0'], ['12-0']])
    const [[, fields] = []] = await redis.xrevrange(keys.recent('e1', 'a'), '+', '-', 'COUNT', 1)
    expect(fields).toEqual(['m', run[2]?.json])
    expect(await log.open('e1', 99)).toBe(13)
  })

  test('again changes nothing, and goes on where it was not done', async () => {
    await log.append('e1', 10, [entry(11, 0), entry(12, 11)])
    const heard = await listen(keys.live('e1', 'a'))
    const run = [entry(11, 0), entry(12, 11), entry(13, 12)]
    expect(await log.append('e1', 10, run)).toBe(13)
    expect(await log.append('e1', 10, run.slice(0, 1))).toBe(13)
    expect(await ids('a')).toEqual(['11-0', '12-0', '13-0'])
    await log.append('e1', 13, [entry(14, 13)])
    await waitFor(() => heard.length === 2)
  })

  test('above what Redis has is not done, and tells what it has', async () => {
    expect(await log.append('e1', 12, [entry(13, 12)])).toBe(10)
    expect(await ids('a')).toEqual([])
  })

  test('by two at once leaves every message once and in order', async () => {
    const other = new RedisLog(await openRedis(opened), keys, {
      recentLength: 500,
      recentSeconds: 60,
    })
    const heard = await listen(keys.live('e1', 'a'))
    await Promise.all([write(log, 3), write(other, 5)])
    const expected = Array.from({ length: 300 }, (_, index) => 11 + index)
    expect(await ids('a')).toEqual(expected.map((position) => `${position}-0`))
    await waitFor(() => heard.length >= 300)
    expect(heard.map((line) => JSON.parse(line.slice(2)).position)).toEqual(expected)
  })

  test('trims the stream of its channel, and lets it expire', async () => {
    const short = new RedisLog(redis, keys, { recentLength: 100, recentSeconds: 60 })
    for (let head = 10; head < 1_010; head += 100) {
      const run = Array.from({ length: 100 }, (_, index) => entry(head + 1 + index, head + index))
      await short.append('e1', head, run)
    }
    const kept = await ids('a')
    // Redis trims whole nodes of a hundred.
    expect(kept.length).toBeLessThanOrEqual(200)
    expect(kept.at(-1)).toBe('1010-0')
    const remaining = await redis.pttl(keys.recent('e1', 'a'))
    expect(remaining).toBeGreaterThan(0)
    expect(remaining).toBeLessThanOrEqual(60_000)
  })

  test('at the last possible position is exact', async () => {
    const last = Number.MAX_SAFE_INTEGER
    await log.open('e9', last - 2)
    expect(await log.append('e9', last - 2, [entry(last - 1, 1), entry(last, last - 1)])).toBe(last)
    expect(await log.open('e9', 0)).toBe(last)
  })

  test('goes on where Redis has forgotten its head but not its streams', async () => {
    await log.append('e1', 10, [entry(11, 0, 'a'), entry(12, 0, 'b'), entry(13, 11, 'a')])
    await redis.del(keys.head('e1'))
    // By a bridge that has not heard of the last two yet.
    await log.open('e1', 11)
    const heard = await listen(keys.live('e1', 'a'), keys.live('e1', 'b'))
    const run = [entry(12, 0, 'b'), entry(13, 11, 'a'), entry(14, 13, 'a')]
    expect(await log.append('e1', 11, run)).toBe(14)
    await waitFor(() => heard.length === 3)
    expect((await ids('a')).at(-1)).toBe('14-0')
    expect(await ids('b')).toEqual(['12-0'])
  })
})

test('all keys carry the hash tag of their log, and expire', async () => {
  const one = new RedisLog(redis, new RedisKeys(prefix, 3), { recentLength: 9, recentSeconds: 60 })
  await one.open('e1', 0)
  await one.append('e1', 0, [entry(1, 0, 'a'), entry(2, 0, 'b.c')])
  const names = await redis.keys(`${prefix}*`)
  expect(names.length).toBe(3)
  for (const name of names) {
    expect(name.startsWith(`${prefix}:{3}:`)).toBe(true)
    expect(await redis.pttl(name)).toBeGreaterThan(0)
  }
})
