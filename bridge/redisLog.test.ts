import { beforeEach, describe, expect, test } from '@jest/globals'
import type { Redis } from 'ioredis'
import type { Extent } from '../contract/extent.ts'
import type { Entry } from '../contract/message.ts'
import { RedisKeys } from '../contract/redisKeys.ts'
import { disposables } from '../test/support/disposables.ts'
import {
  copyKeys,
  entry,
  extentAt,
  openRedis,
  openRedisLog,
  openSubscriber,
  placeAt,
} from '../test/support/testRedis.ts'
import { uniquePrefix } from '../test/support/uniquePrefix.ts'
import { waitFor } from '../test/support/waitFor.ts'
import type { RedisLog } from './redisLog.ts'

const opened = disposables()
let redis: Redis
let prefix: string
let keys: RedisKeys
let log: RedisLog

beforeEach(async () => {
  redis = await openRedis(opened)
  prefix = uniquePrefix()
  keys = new RedisKeys(prefix, 0)
  log = openRedisLog(redis, keys)
})

const sealed = ({ channel, json }: Entry): string => copyKeys.sealMessage('e1', channel, json)
const watermarkOf = (extent: Extent): string => `watermark ${copyKeys.sealExtent(extent)}`

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
    head = (await writer.append(extentAt(head), run))?.position ?? 0
  }
}

describe('an empty copy', () => {
  test('begins after a low watermark, and is announced before its first message', async () => {
    const heard = await listen(keys.watermark, keys.live('e1', 'a'))
    expect(await log.open('e1', placeAt(7))).toEqual(extentAt(7, 7))
    expect(await log.append(extentAt(7, 7), [entry(8, 0)])).toEqual(extentAt(8, 7))
    expect(await hearing(heard, 2)).toEqual([
      watermarkOf(extentAt(7, 7)),
      `a ${sealed(entry(8, 0))}`,
    ])
  })

  test('takes nothing before it was opened', async () => {
    expect(await log.append(extentAt(7, 7), [entry(8, 0)])).toBe(undefined)
    expect(await redis.keys(`${prefix}*`)).toEqual([])
  })

  test('is not announced', async () => {
    const heard = await listen(keys.watermark)
    expect(await log.watermark('e1')).toBe(undefined)
    await log.open('e2', placeAt(1))
    expect(await hearing(heard, 1)).toEqual([watermarkOf(extentAt(1, 1, 'e2'))])
    expect(await log.watermark('e2')).toEqual(extentAt(1, 1, 'e2'))
  })
})

describe('an append', () => {
  beforeEach(() => log.open('e1', placeAt(10)))

  test("goes to its channel's stream and to the subscribers, and moves the head", async () => {
    const heard = await listen(keys.live('e1', 'a'), keys.live('e1', 'b'), keys.watermark)
    const run = [entry(11, 3, 'a'), entry(12, 0, 'b'), entry(13, 11, 'a', '"\\n\u2028👋"')]
    expect(await log.append(extentAt(10), run)).toEqual(extentAt(13))
    await log.watermark('e1')
    expect(await hearing(heard, 4)).toEqual([
      ...run.map((one) => `${one.channel} ${sealed(one)}`),
      watermarkOf(extentAt(13)),
    ])
    expect([await ids('a'), await ids('b')]).toEqual([['11-0', '13-0'], ['12-0']])
    const [[, fields] = []] = await redis.xrevrange(keys.recent('e1', 'a'), '+', '-', 'COUNT', 1)
    expect(fields).toEqual(['m', run[2] && sealed(run[2])])
    expect(await log.open('e1', placeAt(99))).toEqual(extentAt(13))
  })

  test('that is repeated changes nothing, and goes on with what is new', async () => {
    await log.append(extentAt(10), [entry(11, 0), entry(12, 11)])
    const heard = await listen(keys.live('e1', 'a'))
    const run = [entry(11, 0), entry(12, 11), entry(13, 12)]
    expect(await log.append(extentAt(10), run)).toEqual(extentAt(13))
    expect(await log.append(extentAt(10), run.slice(0, 1))).toEqual(extentAt(13))
    expect(await ids('a')).toEqual(['11-0', '12-0', '13-0'])
    await log.append(extentAt(13), [entry(14, 13)])
    expect(await hearing(heard, 2)).toEqual([
      `a ${run[2] && sealed(run[2])}`,
      `a ${sealed(entry(14, 13))}`,
    ])
  })

  test('above what Redis has is refused, and returns what Redis has', async () => {
    expect(await log.append(extentAt(12), [entry(13, 12)])).toEqual(extentAt(10))
    expect(await ids('a')).toEqual([])
  })

  test('by two bridges at once leaves every message once and in order', async () => {
    const other = openRedisLog(await openRedis(opened), keys)
    const heard = await listen(keys.live('e1', 'a'))
    await Promise.all([write(log, 3), write(other, 5)])
    const expected = Array.from({ length: 300 }, (_, index) => 11 + index)
    expect(await ids('a')).toEqual(expected.map((position) => `${position}-0`))
    expect(
      (await hearing(heard, 300)).map((line) => JSON.parse(line.slice(line.indexOf('{'))).position),
    ).toEqual(expected)
  })

  test('trims the stream of its channel, and lets it expire', async () => {
    const short = openRedisLog(redis, keys, { recentLength: 100 })
    for (let head = 10; head < 1_010; head += 100) {
      const run = Array.from({ length: 100 }, (_, index) => entry(head + 1 + index, head + index))
      await short.append(extentAt(head), run)
    }
    const kept = await ids('a')
    // Redis trims whole nodes of a hundred.
    expect(kept.length).toBeGreaterThanOrEqual(100)
    expect(kept.length).toBeLessThanOrEqual(200)
    expect(kept.at(-1)).toBe('1010-0')
    const remaining = await redis.pttl(keys.recent('e1', 'a'))
    expect(remaining).toBeGreaterThan(30_000)
    expect(remaining).toBeLessThanOrEqual(60_000)
  })

  test('at the last possible position is exact', async () => {
    const last = Number.MAX_SAFE_INTEGER
    const begun = await log.open('e9', placeAt(last - 2))
    const end = { ...begun, position: last, id: entry(last, 0).id }
    expect(await log.append(begun, [entry(last - 1, 1), entry(last, last - 1)])).toEqual(end)
    expect(await log.open('e9', placeAt(0))).toEqual(end)
  })

  test('goes on if Redis has forgotten its head but not its streams', async () => {
    await log.append(extentAt(10), [entry(11, 0, 'a'), entry(12, 0, 'b'), entry(13, 11, 'a')])
    await redis.del(keys.extent('e1'))
    // By a bridge that has not heard of the last two yet.
    await log.open('e1', placeAt(11))
    const heard = await listen(keys.live('e1', 'a'), keys.live('e1', 'b'))
    const run = [entry(12, 0, 'b'), entry(13, 11, 'a'), entry(14, 13, 'a')]
    expect(await log.append(extentAt(11, 11), run)).toEqual(extentAt(14, 11))
    expect(await hearing(heard, 3)).toEqual(run.map((one) => `${one.channel} ${sealed(one)}`))
    expect((await ids('a')).at(-1)).toBe('14-0')
    expect(await ids('b')).toEqual(['12-0'])
  })
})

test('all keys carry the hash tag of their log, and expire', async () => {
  const one = openRedisLog(redis, new RedisKeys(prefix, 3))
  await one.open('e1', placeAt(0))
  await one.append(extentAt(0, 0), [entry(1, 0, 'a'), entry(2, 0, 'b.c')])
  const names = await redis.keys(`${prefix}*`)
  expect(names.length).toBe(3)
  for (const name of names) {
    expect(name.startsWith(`${prefix}:{3}:`)).toBe(true)
    expect(await redis.pttl(name)).toBeGreaterThan(0)
  }
})

test('an extent is kept for an hour after its last watermark: long enough for both bridges to be away', async () => {
  await log.open('e1', placeAt(5))
  await redis.pexpire(keys.extent('e1'), 1_000)
  await log.watermark('e1')
  expect(await redis.pttl(keys.extent('e1'))).toBeGreaterThan(3_000_000)
})
