import { beforeEach, describe, expect, test } from '@jest/globals'
import type { Redis } from 'ioredis'
import type { LinkedEntry } from '../contract/message.ts'
import { RedisKeys } from '../contract/redisKeys.ts'
import { RedisReplay } from '../gateway/replay/redisReplay.ts'
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
let replay: RedisReplay

beforeEach(async () => {
  redis = await openRedis(opened)
  keys = new RedisKeys(uniquePrefix(), 0)
  log = openRedisLog(redis, keys)
  replay = new RedisReplay(redis, keys, copyKeys, () => {})
  await log.open('e1', placeAt(10))
})

/** The deletion of the message at a position. */
function deletion(position: number, previous: number, target: number): LinkedEntry {
  const plain = entry(position, previous, 'a', 'null')
  const about = `,"about":{"position":${target},"as":"delete"},"data":`
  return { ...plain, json: plain.json.replace(',"data":', about) }
}

const ids = async (channel: string): Promise<string[]> =>
  (await redis.xrange(keys.recent('e1', channel), '-', '+')).map(([id]) => id)

/** What a reader that is at `after` gets of a channel from Redis, up to the copy's head. */
async function read(after: number, upTo: number, head: number): Promise<number[] | undefined> {
  const query = { epoch: 'e1', channels: ['a'], heads: [head], after, upTo, limit: 100 }
  return (await replay.read(query))?.entries.map(({ position }) => position)
}

describe('the copy in Redis, after a deletion', () => {
  test.each([
    ['in one append', 5],
    ['in an append of its own', 1],
  ])('%s, has nothing of its channel from before it, and all of the others', async (_how, step) => {
    const all = [
      entry(11, 0, 'a'),
      entry(12, 0, 'b'),
      entry(13, 11, 'a'),
      deletion(14, 13, 11),
      entry(15, 14, 'a'),
    ]
    for (let done = 0; done < all.length; done += step) {
      await log.append(extentAt(10 + done), all.slice(done, done + step))
    }
    expect([await ids('a'), await ids('b')]).toEqual([['14-0', '15-0'], ['12-0']])
    // A reader who lacks any of the forgotten ones is sent to the log.
    for (const after of [10, 11, 12]) expect(await read(after, 15, 15)).toBe(undefined)
    expect(await read(10, 13, 15)).toBe(undefined)
    expect([await read(13, 15, 15), await read(14, 15, 15)]).toEqual([[14, 15], [15]])
  })

  test('is not emptied again by a bridge that comes later with the same', async () => {
    const run = [entry(11, 0, 'a'), deletion(12, 11, 11)]
    await log.append(extentAt(10), run)
    await log.append(extentAt(12), [entry(13, 12, 'a')])
    await openRedisLog(redis, keys).append(extentAt(10), run)
    expect(await ids('a')).toEqual(['12-0', '13-0'])
  })
})
