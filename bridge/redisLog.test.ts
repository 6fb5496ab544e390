import { once } from 'node:events'
import { beforeEach, describe, expect, test } from '@jest/globals'
import type { Redis } from 'ioredis'
import type { Extent } from '../contract/extent.ts'
import type { Entry } from '../contract/message.ts'
import { RedisKeys } from '../contract/redisKeys.ts'
import { disposables } from '../test/support/disposables.ts'
import {
  copyKeys,
  entry,
  openRedis,
  openSubscriber,
  ownRedis,
  placeAt,
} from '../test/support/testRedis.ts'
import { uniquePrefix } from '../test/support/uniquePrefix.ts'
import { waitFor } from '../test/support/waitFor.ts'
import { RedisLog, type RedisLogOptions } from './redisLog.ts'

const opened = disposables()
let redis: Redis
let prefix: string
let keys: RedisKeys
let log: RedisLog
let refused: number

function openLog(client: Redis, names = keys, options: Partial<RedisLogOptions> = {}): RedisLog {
  return new RedisLog(client, names, {
    copyKeys,
    onRefused: () => void refused++,
    recentLength: 500,
    recentSeconds: 60,
    ...options,
  })
}

beforeEach(async () => {
  redis = await openRedis(opened)
  prefix = uniquePrefix()
  keys = new RedisKeys(prefix, 0)
  refused = 0
  log = openLog(redis)
})

/** Redis as it is with every message above a floor, up to a position. */
const at = (position: number, floor = 10, epoch = 'e1'): Extent => ({
  ...placeAt(position),
  epoch,
  floor,
})

const sealed = ({ channel, json }: Entry): string => copyKeys.sealMessage('e1', channel, json)
const beaconOf = (extent: Extent): string => `beacon ${copyKeys.sealExtent(extent)}`

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
    head = (await writer.append(at(head), run))?.position ?? 0
  }
}

describe('an empty copy', () => {
  test('begins after a floor, and is told before its first message', async () => {
    const heard = await listen(keys.beacon, keys.live('e1', 'a'))
    expect(await log.open('e1', placeAt(7))).toEqual(at(7, 7))
    expect(await log.append(at(7, 7), [entry(8, 0)])).toEqual(at(8, 7))
    expect(await hearing(heard, 2)).toEqual([beaconOf(at(7, 7)), `a ${sealed(entry(8, 0))}`])
  })

  test('takes nothing before it was opened', async () => {
    expect(await log.append(at(7, 7), [entry(8, 0)])).toBe(undefined)
    expect(await redis.keys(`${prefix}*`)).toEqual([])
  })

  test('is not told of', async () => {
    const heard = await listen(keys.beacon)
    expect(await log.beacon('e1')).toBe(undefined)
    await log.open('e2', placeAt(1))
    expect(await hearing(heard, 1)).toEqual([beaconOf(at(1, 1, 'e2'))])
    expect(await log.beacon('e2')).toEqual(at(1, 1, 'e2'))
  })
})

describe('an append', () => {
  beforeEach(() => log.open('e1', placeAt(10)))

  test('goes to the stream of its channel, to those who listen, and moves the head', async () => {
    const heard = await listen(keys.live('e1', 'a'), keys.live('e1', 'b'), keys.beacon)
    const run = [entry(11, 3, 'a'), entry(12, 0, 'b'), entry(13, 11, 'a', '"\\n\u2028👋"')]
    expect(await log.append(at(10), run)).toEqual(at(13))
    await log.beacon('e1')
    expect(await hearing(heard, 4)).toEqual([
      ...run.map((one) => `${one.channel} ${sealed(one)}`),
      beaconOf(at(13)),
    ])
    expect([await ids('a'), await ids('b')]).toEqual([['11-0', '13-0'], ['12-0']])
    const [[, fields] = []] = await redis.xrevrange(keys.recent('e1', 'a'), '+', '-', 'COUNT', 1)
    expect(fields).toEqual(['m', run[2] && sealed(run[2])])
    expect(await log.open('e1', placeAt(99))).toEqual(at(13))
  })

  test('again changes nothing, and goes on where it was not done', async () => {
    await log.append(at(10), [entry(11, 0), entry(12, 11)])
    const heard = await listen(keys.live('e1', 'a'))
    const run = [entry(11, 0), entry(12, 11), entry(13, 12)]
    expect(await log.append(at(10), run)).toEqual(at(13))
    expect(await log.append(at(10), run.slice(0, 1))).toEqual(at(13))
    expect(await ids('a')).toEqual(['11-0', '12-0', '13-0'])
    await log.append(at(13), [entry(14, 13)])
    expect(await hearing(heard, 2)).toEqual([
      `a ${run[2] && sealed(run[2])}`,
      `a ${sealed(entry(14, 13))}`,
    ])
  })

  test('above what Redis has is not done, and tells what it has', async () => {
    expect(await log.append(at(12), [entry(13, 12)])).toEqual(at(10))
    expect(await ids('a')).toEqual([])
  })

  test('by two at once leaves every message once and in order', async () => {
    const other = openLog(await openRedis(opened))
    const heard = await listen(keys.live('e1', 'a'))
    await Promise.all([write(log, 3), write(other, 5)])
    const expected = Array.from({ length: 300 }, (_, index) => 11 + index)
    expect(await ids('a')).toEqual(expected.map((position) => `${position}-0`))
    expect(
      (await hearing(heard, 300)).map((line) => JSON.parse(line.slice(line.indexOf('{'))).position),
    ).toEqual(expected)
  })

  test('trims the stream of its channel, and lets it expire', async () => {
    const short = openLog(redis, keys, { recentLength: 100 })
    for (let head = 10; head < 1_010; head += 100) {
      const run = Array.from({ length: 100 }, (_, index) => entry(head + 1 + index, head + index))
      await short.append(at(head), run)
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
    const begun = await log.open('e9', placeAt(last - 2))
    const end = { ...begun, position: last, id: entry(last, 0).id }
    expect(await log.append(begun, [entry(last - 1, 1), entry(last, last - 1)])).toEqual(end)
    expect(await log.open('e9', placeAt(0))).toEqual(end)
  })

  test('goes on where Redis has forgotten its head but not its streams', async () => {
    await log.append(at(10), [entry(11, 0, 'a'), entry(12, 0, 'b'), entry(13, 11, 'a')])
    await redis.del(keys.extent('e1'))
    // By a bridge that has not heard of the last two yet.
    await log.open('e1', placeAt(11))
    const heard = await listen(keys.live('e1', 'a'), keys.live('e1', 'b'))
    const run = [entry(12, 0, 'b'), entry(13, 11, 'a'), entry(14, 13, 'a')]
    expect(await log.append(at(11, 11), run)).toEqual(at(14, 11))
    expect(await hearing(heard, 3)).toEqual(run.map((one) => `${one.channel} ${sealed(one)}`))
    expect((await ids('a')).at(-1)).toBe('14-0')
    expect(await ids('b')).toEqual(['12-0'])
  })
})

describe('an append that another history of the log stands in the way of', () => {
  const OTHER = '0193512a-0000-7000-8000-00000000ffff'
  const other = (position: number): Entry => {
    const { json, ...rest } = entry(position, position - 1)
    return { ...rest, id: OTHER, json: json.replace(rest.id, OTHER) }
  }

  beforeEach(async () => {
    await log.open('e1', placeAt(10))
    await log.append(at(10), [entry(11, 10), entry(12, 11)])
  })

  test('is not done after a message of another id', async () => {
    expect(await log.append({ ...at(12), id: OTHER }, [entry(13, 12)])).toEqual(at(12))
    expect(await ids('a')).toEqual(['11-0', '12-0'])
  })

  test('is not done where another bridge has appended another message', async () => {
    const run = [entry(11, 10), other(12), entry(13, 12)]
    expect(await log.append(at(10), run)).toEqual(at(12))
    expect(await ids('a')).toEqual(['11-0', '12-0'])
  })

  test('is not done in a copy that began elsewhere: what is below its floor was never published', async () => {
    expect(await log.append(at(12, 9), [entry(13, 12)])).toEqual(at(12))
    expect(await ids('a')).toEqual(['11-0', '12-0'])
  })

  test('is done after one that only names it in its data', async () => {
    const run = [entry(11, 10), entry(12, 11), entry(13, 12, 'a', `{"id":"${OTHER}"}`)]
    expect(await log.append(at(10), run)).toEqual(at(13))
    expect(await log.append(at(12), [run[2] ?? other(13), entry(14, 13)])).toEqual(at(14))
  })
})

describe('an extent that does not prove itself', () => {
  const forged = copyKeys.sealExtent(at(99)).replace(' 99 ', ' 98 ')

  beforeEach(async () => {
    await log.open('e1', placeAt(10))
    await log.append(at(10), [entry(11, 10)])
  })

  test.each([
    ['is forged', () => redis.set(keys.extent('e1'), forged)],
    [
      'is of another epoch',
      () => redis.set(keys.extent('e1'), copyKeys.sealExtent(at(99, 10, 'e2'))),
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
    expect(await log.beacon('e1')).toBe(undefined)
    expect(await log.append(at(11), [entry(12, 11)])).toBe(undefined)
    expect(await log.open('e1', placeAt(12))).toEqual(at(12, 12))
    expect(await log.append(at(12, 12), [entry(13, 12)])).toEqual(at(13, 12))
  })

  test('is counted', async () => {
    await redis.set(keys.extent('e1'), forged)
    await log.beacon('e1')
    expect(refused).toBe(1)
  })

  test('is not taken for the one that another bridge has begun meanwhile', async () => {
    await redis.set(keys.extent('e1'), forged)
    await log.beacon('e1')
    await openLog(redis).open('e1', placeAt(20))
    expect(await log.open('e1', placeAt(12))).toEqual(at(20, 20))
  })

  test('after another one that did not is overwritten too', async () => {
    await redis.set(keys.extent('e1'), forged)
    await log.beacon('e1')
    await redis.set(keys.extent('e1'), `${forged}1`)
    expect(await log.open('e1', placeAt(12))).toEqual(at(12, 12))
  })
})

test('all keys carry the hash tag of their log, and expire', async () => {
  const one = openLog(redis, new RedisKeys(prefix, 3))
  await one.open('e1', placeAt(0))
  await one.append(at(0, 0), [entry(1, 0, 'a'), entry(2, 0, 'b.c')])
  const names = await redis.keys(`${prefix}*`)
  expect(names.length).toBe(3)
  for (const name of names) {
    expect(name.startsWith(`${prefix}:{3}:`)).toBe(true)
    expect(await redis.pttl(name)).toBeGreaterThan(0)
  }
})

test('an extent is kept for an hour after its last beacon: long enough for both bridges to be away', async () => {
  await log.open('e1', placeAt(5))
  await redis.pexpire(keys.extent('e1'), 1_000)
  await log.beacon('e1')
  expect(await redis.pttl(keys.extent('e1'))).toBeGreaterThan(3_000_000)
})

describe('a connection that breaks', () => {
  let own: Redis
  let copy: RedisLog

  beforeEach(async () => {
    own = await openRedis(opened, (await ownRedis(opened)).url)
    copy = openLog(own)
    await copy.open('e1', placeAt(1))
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
    await expect(copy.append(at(1, 1), [entry(2, 0)])).rejects.toThrow('enableOfflineQueue')
    await back
    expect([await copy.append(at(1, 1), [entry(2, 0)]), await copy.beacon('e1')]).toEqual([
      at(2, 1),
      at(2, 1),
    ])
  })
})
