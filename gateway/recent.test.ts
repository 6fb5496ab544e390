import { beforeEach, describe, expect, test } from '@jest/globals'
import type { Redis } from 'ioredis'
import { RedisLog } from '../bridge/redisLog.ts'
import type { Entry } from '../contract/message.ts'
import { RedisKeys } from '../contract/redisKeys.ts'
import { disposables } from '../test/support/disposables.ts'
import { entry, openRedis, ownRedis } from '../test/support/testRedis.ts'
import { uniquePrefix } from '../test/support/uniquePrefix.ts'
import { waitFor } from '../test/support/waitFor.ts'
import { Recent } from './recent.ts'

const opened = disposables()
let redis: Redis
let keys: RedisKeys
let recent: Recent

/** The log from 11 on: a11 b12 a13 a14 b15; before it, a had 10 and b had 4. What is below, Redis has never had. */
const LOG = [
  entry(11, 10, 'a'),
  entry(12, 4, 'b'),
  entry(13, 11, 'a'),
  entry(14, 13, 'a'),
  entry(15, 12, 'b'),
]

beforeEach(async () => {
  redis = await openRedis(opened)
  keys = new RedisKeys(uniquePrefix(), 0)
  recent = new Recent(redis, keys)
  const log = new RedisLog(redis, keys, { recentLength: 500, recentSeconds: 60 })
  await log.open('e1', 10)
  await log.append('e1', 10, LOG)
})

const names = (entries: Entry[] | undefined): string | undefined =>
  entries?.map(({ channel, position }) => channel + position).join(' ')

describe('the recent copy', () => {
  test.each([
    [['a', 'b'], 10, 15, 'a11 b12 a13 a14 b15'],
    [['b', 'a'], 10, 15, 'a11 b12 a13 a14 b15'],
    [['a'], 10, 15, 'a11 a13 a14'],
    [['a'], 11, 14, 'a13 a14'],
    [['b'], 12, 14, ''],
    [['a', 'b'], 13, 14, 'a14'],
    [['a'], 14, 15, ''],
    [[], 10, 15, ''],
  ])('of %j has those with %d < position <= %d: %j', async (channels, after, upTo, expected) => {
    expect(names(await recent.read('e1', channels, after, upTo, 100))).toBe(expected)
  })

  test('holds the very encodings that were acknowledged', async () => {
    expect(await recent.read('e1', ['a', 'b'], 10, 15, 100)).toEqual(LOG)
  })

  test.each([
    ['below its floor', ['a'], 9, 15, 100],
    ['beyond its head', ['a'], 10, 16, 100],
    ['on a channel that it knows nothing of', ['a', 'nobody'], 10, 15, 100],
    ['with more of a channel than asked for', ['a', 'b'], 10, 15, 2],
  ])('proves nothing %s', async (_what, channels, after, upTo, limit) => {
    expect(await recent.read('e1', channels, after, upTo, limit)).toBe(undefined)
  })

  test('proves nothing of another epoch', async () => {
    expect(await recent.read('e2', ['a'], 10, 15, 100)).toBe(undefined)
  })

  test('has as many of a channel as asked for', async () => {
    expect(names(await recent.read('e1', ['a', 'b'], 10, 15, 3))).toBe('a11 b12 a13 a14 b15')
  })

  test.each([
    ['was trimmed into what is asked for', () => redis.xtrim(keys.recent('e1', 'a'), 'MAXLEN', 2)],
    ['has a hole', () => redis.xdel(keys.recent('e1', 'a'), '13-0')],
    ['expired', () => redis.del(keys.recent('e1', 'a'))],
    ['was emptied', () => redis.del(keys.head('e1'), keys.recent('e1', 'a'))],
    ['lost its head', () => redis.del(keys.head('e1'))],
    ['fell back', () => redis.hset(keys.head('e1'), 'position', 14)],
    ['began anew', () => redis.hset(keys.head('e1'), 'floor', 12)],
    ['is something else', () => redis.set(keys.recent('e1', 'a'), 'x')],
    [
      'holds what is no message',
      async () => {
        await redis.xtrim(keys.recent('e1', 'a'), 'MAXLEN', 0)
        await redis.xadd(keys.recent('e1', 'a'), '16-0', 'm', 'x')
      },
    ],
  ])('that %s proves nothing', async (_what, damage) => {
    await damage()
    expect(await recent.read('e1', ['a', 'b'], 10, 15, 100)).toBe(undefined)
  })

  test('that was trimmed proves what is left', async () => {
    await redis.xtrim(keys.recent('e1', 'a'), 'MAXLEN', 1)
    expect(names(await recent.read('e1', ['a'], 13, 15, 100))).toBe('a14')
    expect(names(await recent.read('e1', ['a'], 14, 15, 100))).toBe('')
    expect(await recent.read('e1', ['a'], 12, 15, 100)).toBe(undefined)
  })
})

test('a Redis that is away fails at once', async () => {
  const { url, server } = await ownRedis(opened)
  const away = await openRedis(opened, url)
  await server.stop('SIGKILL')
  await waitFor(() => away.status !== 'ready')
  const read = new Recent(away, keys).read('e1', ['a'], 10, 15, 100)
  expect(await read.catch(() => undefined)).toBe(undefined)
})
