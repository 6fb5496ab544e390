import { once } from 'node:events'
import { beforeEach, describe, expect, test } from '@jest/globals'
import type { Redis } from 'ioredis'
import { RedisKeys } from '../contract/redisKeys.ts'
import { disposables } from '../test/support/disposables.ts'
import { entry, openRedis, openSubscriber, ownRedis } from '../test/support/testRedis.ts'
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

/** Waits until so much was heard, and for long enough that too little can be seen by what was. */
async function hearing(heard: string[], count: number): Promise<string[]> {
  await waitFor(() => heard.length >= count, 3).catch(() => {})
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
    expect(await hearing(heard, 2)).toEqual(['beacon e1 7 7', `a ${entry(8, 0).json}`])
  })

  test('takes nothing before it was opened', async () => {
    expect(await log.append('e1', 7, [entry(8, 0)])).toBe(undefined)
    expect(await redis.keys(`${prefix}*`)).toEqual([])
  })

  test('is not told of', async () => {
    const heard = await listen(keys.beacon)
    expect(await log.beacon('e1')).toBe(undefined)
    await log.open('e2', 1)
    expect(await hearing(heard, 1)).toEqual(['beacon e2 1 1'])
    expect(await log.beacon('e2')).toBe(1)
  })
})

describe('an append', () => {
  beforeEach(() => log.open('e1', 10))

  test('goes to the stream of its channel, to those who listen, and moves the head', async () => {
    const heard = await listen(keys.live('e1', 'a'), keys.live('e1', 'b'), keys.beacon)
    const run = [entry(11, 3, 'a'), entry(12, 0, 'b'), entry(13, 11, 'a', '"\\n\u2028👋"')]
    expect(await log.append('e1', 10, run)).toBe(13)
    await log.beacon('e1')
    expect(await hearing(heard, 4)).toEqual([
      ...run.map((one) => `${one.channel} ${one.json}`),
      'beacon e1 13 10',
    ])
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
    expect(await hearing(heard, 2)).toEqual([`a ${run[2]?.json}`, `a ${entry(14, 13).json}`])
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
    expect((await hearing(heard, 300)).map((line) => JSON.parse(line.slice(2)).position)).toEqual(
      expected,
    )
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
    expect(remaining).toBeGreaterThan(30_000)
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
    expect(await hearing(heard, 3)).toEqual(run.map((one) => `${one.channel} ${one.json}`))
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

test('a head is kept for an hour after its last beacon: long enough for both bridges to be away', async () => {
  await log.open('e1', 5)
  await redis.pexpire(keys.head('e1'), 1_000)
  await log.beacon('e1')
  expect(await redis.pttl(keys.head('e1'))).toBeGreaterThan(3_000_000)
})

describe('a connection that breaks', () => {
  let own: Redis
  let copy: RedisLog

  beforeEach(async () => {
    own = await openRedis(opened, (await ownRedis(opened)).url)
    copy = new RedisLog(own, keys, { recentLength: 500, recentSeconds: 60 })
    await copy.open('e1', 1)
  })

  /** How often the server was asked whether it knows sharded pub/sub. */
  const questions = async (): Promise<string | undefined> =>
    /command\|info:calls=(\d+)/.exec(await own.info('commandstats'))?.[1]

  test('leads to one more question for the way to publish: it may be another server', async () => {
    await copy.beacon('e1')
    expect(await questions()).toBe('1')
    own.disconnect(true)
    await once(own, 'ready')
    await Promise.all([copy.beacon('e1'), copy.beacon('e1')])
    expect(await questions()).toBe('2')
  })

  test('fails what is asked meanwhile, and nothing after it is back', async () => {
    own.disconnect(true)
    await once(own, 'close')
    const back = once(own, 'ready')
    await expect(copy.beacon('e1')).rejects.toThrow('enableOfflineQueue')
    await expect(copy.append('e1', 1, [entry(2, 0)])).rejects.toThrow('enableOfflineQueue')
    await back
    expect([await copy.append('e1', 1, [entry(2, 0)]), await copy.beacon('e1')]).toEqual([2, 2])
  })
})
