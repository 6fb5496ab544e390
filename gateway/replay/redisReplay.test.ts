import { beforeEach, describe, expect, test } from '@jest/globals'
import type { Redis } from 'ioredis'
import { RedisLog } from '../../bridge/redisLog.ts'
import { RedisKeys } from '../../contract/redisKeys.ts'
import { disposables } from '../../test/support/disposables.ts'
import { entry, openRedis, ownRedis } from '../../test/support/testRedis.ts'
import { uniquePrefix } from '../../test/support/uniquePrefix.ts'
import { waitFor } from '../../test/support/waitFor.ts'
import { RedisReplay } from './redisReplay.ts'
import type { Stretch } from '../../history/types.ts'

const opened = disposables()
let redis: Redis
let keys: RedisKeys
let replay: RedisReplay
let log: RedisLog

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
  replay = new RedisReplay(redis, keys)
  log = new RedisLog(redis, keys, { recentLength: 500, recentSeconds: 60 })
  await log.open('e1', 10)
  await log.append('e1', 10, LOG)
})

/** The messages and how far they are complete; undefined if nothing is proved. */
async function read(
  channels: string[],
  after: number,
  upTo: number,
  limit = 100,
): Promise<string | undefined> {
  const found = await replay.read({ epoch: 'e1', channels, after, upTo, limit })
  return found && text(found)
}

const text = ({ entries, upTo }: Stretch): string =>
  [...entries.map(({ channel, position }) => channel + position), `up to ${upTo}`].join(' ')

describe('the recent copy in Redis', () => {
  test.each([
    [['a', 'b'], 10, 15, 'a11 b12 a13 a14 b15 up to 15'],
    [['b', 'a'], 10, 15, 'a11 b12 a13 a14 b15 up to 15'],
    [['a'], 10, 15, 'a11 a13 a14 up to 15'],
    [['a'], 11, 14, 'a13 a14 up to 14'],
    [['b'], 12, 14, 'up to 14'],
    [['a', 'b'], 13, 14, 'a14 up to 14'],
    [['a'], 14, 15, 'up to 15'],
    [[], 10, 15, 'up to 15'],
  ])('of %j has those with %d < position <= %d: %j', async (channels, after, upTo, expected) => {
    expect(await read(channels, after, upTo)).toBe(expected)
  })

  test('holds the very encodings that were acknowledged', async () => {
    const query = { epoch: 'e1', channels: ['a', 'b'], after: 10, upTo: 15, limit: 100 }
    expect(await replay.read(query)).toEqual({ entries: LOG, upTo: 15 })
  })

  test.each([
    ['below its floor', ['a'], 9, 15],
    ['beyond its head', ['a'], 10, 16],
    ['on a channel that it knows nothing of', ['a', 'nobody'], 10, 15],
  ])('proves nothing %s', async (_what, channels, after, upTo) => {
    expect(await read(channels, after, upTo)).toBe(undefined)
  })

  test('proves nothing one position below its floor, although what is there fits', async () => {
    expect(await read(['b'], 11, 15)).toBe('b12 b15 up to 15')
    await redis.hset(keys.head('e1'), 'floor', 12)
    expect(await read(['b'], 11, 15)).toBe(undefined)
    expect(await read(['b'], 12, 15)).toBe('b15 up to 15')
  })

  test('proves nothing of another epoch', async () => {
    const query = { epoch: 'e2', channels: ['a'], after: 10, upTo: 15, limit: 100 }
    expect(await replay.read(query)).toBe(undefined)
  })

  test('with more of a channel than asked for goes only as far as it has all of it', async () => {
    expect(await read(['a'], 10, 15, 2)).toBe('a11 a13 up to 13')
    expect(await read(['a'], 10, 15, 3)).toBe('a11 a13 a14 up to 14')
    expect(await read(['a'], 10, 15, 4)).toBe('a11 a13 a14 up to 15')
  })

  test('with two channels of more than asked for goes as far as it has all of both', async () => {
    const long = Array.from({ length: 40 }, (_, index) =>
      entry(16 + index, 14 + index, 'ab'[index % 2]),
    )
    await log.append('e1', 15, long)
    const first = Array.from({ length: 19 }, (_, index) => `${'ab'[index % 2]}${16 + index}`)
    // Of each channel half a page, but ten messages at least.
    for (const limit of [20, 12]) {
      expect(await read(['a', 'b'], 15, 55, limit)).toBe(`${first.join(' ')} up to 34`)
    }
    expect(await read(['b', 'a'], 34, 55, 100)).toMatch(/^b35 a36 .* a54 b55 up to 55$/)
  })

  test.each([
    ['was trimmed into what is asked for', () => redis.xtrim(keys.recent('e1', 'a'), 'MAXLEN', 2)],
    ['has a hole', () => redis.xdel(keys.recent('e1', 'a'), '13-0')],
    ['expired', () => redis.del(keys.recent('e1', 'a'))],
    ['was emptied', () => redis.del(keys.head('e1'), keys.recent('e1', 'a'))],
    ['lost its head', () => redis.del(keys.head('e1'))],
    ['fell back', () => redis.hset(keys.head('e1'), 'position', 14)],
    ['began again', () => redis.hset(keys.head('e1'), 'floor', 12)],
    ['lost its floor', () => redis.hdel(keys.head('e1'), 'floor')],
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
    expect(await read(['a', 'b'], 10, 15)).toBe(undefined)
  })

  test('that was trimmed proves what is left', async () => {
    await redis.xtrim(keys.recent('e1', 'a'), 'MAXLEN', 1)
    expect(await read(['a'], 13, 15)).toBe('a14 up to 15')
    expect(await read(['a'], 14, 15)).toBe('up to 15')
    expect(await read(['a'], 12, 15)).toBe(undefined)
  })
})

test('a Redis that is away fails at once', async () => {
  const { url, server } = await ownRedis(opened)
  const away = await openRedis(opened, url)
  await server.stop('SIGKILL')
  await waitFor(() => away.status !== 'ready')
  const query = { epoch: 'e1', channels: ['a'], after: 10, upTo: 15, limit: 100 }
  const found = await new RedisReplay(away, keys).read(query).catch(() => undefined)
  expect(found).toBe(undefined)
})
