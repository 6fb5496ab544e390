import { once } from 'node:events'
import { beforeEach, describe, expect, test } from '@jest/globals'
import type { Redis } from 'ioredis'
import { RedisKeys } from '../contract/redisKeys.ts'
import { disposables } from '../test/support/disposables.ts'
import {
  entry,
  extentAt,
  openRedis,
  openRedisLog,
  ownRedis,
  placeAt,
} from '../test/support/testRedis.ts'
import { uniquePrefix } from '../test/support/uniquePrefix.ts'
import type { RedisLog } from './redisLog.ts'

const opened = disposables()

describe('a connection that breaks', () => {
  let own: Redis
  let copy: RedisLog

  beforeEach(async () => {
    own = await openRedis(opened, (await ownRedis(opened)).url)
    copy = openRedisLog(own, new RedisKeys(uniquePrefix(), 0))
    await copy.open('e1', placeAt(1))
  })

  /** How often the server was asked whether it knows sharded pub/sub. */
  const questions = async (): Promise<string | undefined> =>
    /command\|info:calls=(\d+)/.exec(await own.info('commandstats'))?.[1]

  test('makes the bridge ask again how to publish: it may be another server', async () => {
    await copy.watermark('e1')
    expect(await questions()).toBe('1')
    own.disconnect(true)
    await once(own, 'ready')
    await Promise.all([copy.watermark('e1'), copy.watermark('e1')])
    expect(await questions()).toBe('2')
  })

  test('fails all calls meanwhile, and none after the reconnect', async () => {
    own.disconnect(true)
    await once(own, 'close')
    const back = once(own, 'ready')
    await expect(copy.watermark('e1')).rejects.toThrow('enableOfflineQueue')
    await expect(copy.append(extentAt(1, 1), [entry(2, 0)])).rejects.toThrow('enableOfflineQueue')
    await back
    expect([await copy.append(extentAt(1, 1), [entry(2, 0)]), await copy.watermark('e1')]).toEqual([
      extentAt(2, 1),
      extentAt(2, 1),
    ])
  })
})
