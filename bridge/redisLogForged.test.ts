import { beforeEach, describe, expect, test } from '@jest/globals'
import type { Redis } from 'ioredis'
import type { Entry } from '../contract/message.ts'
import { RedisKeys } from '../contract/redisKeys.ts'
import { disposables } from '../test/support/disposables.ts'
import {
  copyKeys,
  entry,
  extentAt,
  openRedis,
  openRedisLog,
  placeAt,
} from '../test/support/testRedis.ts'
import { uniquePrefix } from '../test/support/uniquePrefix.ts'
import type { RedisLog } from './redisLog.ts'

const opened = disposables()
let redis: Redis
let keys: RedisKeys
let log: RedisLog
let refused: number

beforeEach(async () => {
  redis = await openRedis(opened)
  keys = new RedisKeys(uniquePrefix(), 0)
  refused = 0
  log = openRedisLog(redis, keys, { onRefused: () => void refused++ })
})

const ids = async (channel: string): Promise<string[]> =>
  (await redis.xrange(keys.recent('e1', channel), '-', '+')).map(([id]) => id)

describe('an append that contradicts the history in Redis', () => {
  const OTHER = '0193512a-0000-7000-8000-00000000ffff'
  const other = (position: number): Entry => {
    const { json, ...rest } = entry(position, position - 1)
    return { ...rest, id: OTHER, json: json.replace(rest.id, OTHER) }
  }

  beforeEach(async () => {
    await log.open('e1', placeAt(10))
    await log.append(extentAt(10), [entry(11, 10), entry(12, 11)])
  })

  test('is refused after a message with another id', async () => {
    expect(await log.append({ ...extentAt(12), id: OTHER }, [entry(13, 12)])).toEqual(extentAt(12))
    expect(await ids('a')).toEqual(['11-0', '12-0'])
  })

  test('is refused if another bridge has appended another message', async () => {
    const run = [entry(11, 10), other(12), entry(13, 12)]
    expect(await log.append(extentAt(10), run)).toEqual(extentAt(12))
    expect(await ids('a')).toEqual(['11-0', '12-0'])
  })

  test('is refused in a copy that began elsewhere: messages below its low watermark were never published', async () => {
    expect(await log.append(extentAt(12, 9), [entry(13, 12)])).toEqual(extentAt(12))
    expect(await ids('a')).toEqual(['11-0', '12-0'])
  })

  test('is done after a message that only names the id in its data', async () => {
    const run = [entry(11, 10), entry(12, 11), entry(13, 12, 'a', `{"id":"${OTHER}"}`)]
    expect(await log.append(extentAt(10), run)).toEqual(extentAt(13))
    expect(await log.append(extentAt(12), [run[2] ?? other(13), entry(14, 13)])).toEqual(
      extentAt(14),
    )
  })
})

describe('an extent without a valid MAC', () => {
  const forged = copyKeys.sealExtent(extentAt(99)).replace(' 99 ', ' 98 ')

  beforeEach(async () => {
    await log.open('e1', placeAt(10))
    await log.append(extentAt(10), [entry(11, 10)])
  })

  test.each([
    ['is forged', () => redis.set(keys.extent('e1'), forged)],
    [
      'is of another epoch',
      () => redis.set(keys.extent('e1'), copyKeys.sealExtent(extentAt(99, 10, 'e2'))),
    ],
    ['has no MAC', () => redis.set(keys.extent('e1'), 'e1 99 - 10')],
    ['is empty', () => redis.set(keys.extent('e1'), '')],
    [
      'is of another kind',
      async () => {
        await redis.del(keys.extent('e1'))
        await redis.hset(keys.extent('e1'), 'position', '99')
      },
    ],
  ])('because it %s counts as none, and the copy begins again', async (_name, forge) => {
    await forge()
    expect(await log.watermark('e1')).toBe(undefined)
    expect(await log.append(extentAt(11), [entry(12, 11)])).toBe(undefined)
    expect(await log.open('e1', placeAt(12))).toEqual(extentAt(12, 12))
    expect(await log.append(extentAt(12, 12), [entry(13, 12)])).toEqual(extentAt(13, 12))
  })

  test('is counted', async () => {
    await redis.set(keys.extent('e1'), forged)
    await log.watermark('e1')
    expect(refused).toBe(1)
  })

  test('is not taken for the extent that another bridge has begun meanwhile', async () => {
    await redis.set(keys.extent('e1'), forged)
    await log.watermark('e1')
    await openRedisLog(redis, keys).open('e1', placeAt(20))
    expect(await log.open('e1', placeAt(12))).toEqual(extentAt(20, 20))
  })

  test('after another such extent is overwritten too', async () => {
    await redis.set(keys.extent('e1'), forged)
    await log.watermark('e1')
    await redis.set(keys.extent('e1'), `${forged}1`)
    expect(await log.open('e1', placeAt(12))).toEqual(extentAt(12, 12))
  })
})
