import { beforeEach, describe, expect, test } from '@jest/globals'
import { disposables } from '../../test/support/disposables.ts'
import { EXTENT, LOG, TestRecent } from '../../test/support/testRecent.ts'
import { copyKeys, entry, openRedis, ownRedis, placeAt } from '../../test/support/testRedis.ts'
import { waitFor } from '../../test/support/waitFor.ts'
import { RedisReplay } from './redisReplay.ts'

const opened = disposables()
let run: TestRecent

const BEGAN_AGAIN = copyKeys.sealExtent({ ...EXTENT, low: 12 })
const FELL_BACK = copyKeys.sealExtent({ ...EXTENT, ...placeAt(14) })

beforeEach(async () => {
  run = await TestRecent.start(opened)
})

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
  ])('for %j has those with %d < position <= %d: %j', async (channels, after, upTo, expected) => {
    expect(await run.read(channels, after, upTo)).toBe(expected)
  })

  test('holds the very encodings that were acknowledged', async () => {
    const found = await run.replay.read(run.query(['a', 'b'], 10, 15))
    expect(found).toMatchObject({ entries: LOG.map(({ json, id }) => ({ json, id })), upTo: 15 })
  })

  test.each([
    ['below its low watermark', ['a'], 9, 15],
    ['beyond its head', ['a'], 10, 16],
  ])('proves nothing %s', async (_what, channels, after, upTo) => {
    expect(await run.read(channels, after, upTo)).toBe(undefined)
  })

  test('proves nothing one position below its low watermark, although the messages there fit', async () => {
    expect(await run.read(['b'], 11, 15)).toBe('b12 b15 up to 15')
    await run.writeExtent(BEGAN_AGAIN)
    expect(await run.read(['b'], 11, 15)).toBe(undefined)
    expect(await run.read(['b'], 12, 15)).toBe('b15 up to 15')
  })

  test('proves nothing of another epoch', async () => {
    expect(await run.replay.read({ ...run.query(['a'], 10, 15), epoch: 'e2' })).toBe(undefined)
  })

  test("with more messages on a channel than asked for ends where that channel's are complete", async () => {
    expect(await run.read(['a'], 10, 15, 2)).toBe('a11 a13 up to 13')
    expect(await run.read(['a'], 10, 15, 3)).toBe('a11 a13 a14 up to 14')
    expect(await run.read(['a'], 10, 15, 4)).toBe('a11 a13 a14 up to 15')
  })

  test('with more messages on two channels than asked for ends where both are complete', async () => {
    const long = Array.from({ length: 40 }, (_, index) =>
      entry(16 + index, 14 + index, 'ab'[index % 2]),
    )
    await run.log.append(EXTENT, long)
    run.heads = { a: 54, b: 55 }
    const first = Array.from({ length: 19 }, (_, index) => `${'ab'[index % 2]}${16 + index}`)
    // Of each channel half a page, but ten messages at least.
    for (const limit of [20, 12]) {
      expect(await run.read(['a', 'b'], 15, 55, limit)).toBe(`${first.join(' ')} up to 34`)
    }
    expect(await run.read(['b', 'a'], 34, 55, 100)).toMatch(/^b35 a36 .* a54 b55 up to 55$/)
  })

  test.each([
    ['was trimmed into what is asked for', () => run.redis.xtrim(run.recent('a'), 'MAXLEN', 2)],
    ['expired', () => run.redis.del(run.recent('a'))],
    ['was emptied', () => run.redis.del(run.keys.extent('e1'), run.recent('a'))],
    ['lost its extent', () => run.redis.del(run.keys.extent('e1'))],
    ['fell back', () => run.writeExtent(FELL_BACK)],
    ['began again', () => run.writeExtent(BEGAN_AGAIN)],
    [
      'has something else for its extent',
      () =>
        run.redis
          .del(run.keys.extent('e1'))
          .then(() => run.redis.hset(run.keys.extent('e1'), 'position', 15)),
    ],
    ['is something else', () => run.redis.set(run.recent('a'), 'x')],
  ])('that %s proves nothing', async (_what, damage) => {
    await damage()
    expect(await run.read(['a', 'b'], 10, 15)).toBe(undefined)
  })

  test('that was trimmed proves the rest', async () => {
    await run.redis.xtrim(run.recent('a'), 'MAXLEN', 1)
    expect(await run.read(['a'], 13, 15)).toBe('a14 up to 15')
    expect(await run.read(['a'], 14, 15)).toBe('up to 15')
    expect(await run.read(['a'], 12, 15)).toBe(undefined)
  })
})

test('a Redis that is away fails the read at once', async () => {
  const { url, server } = await ownRedis(opened)
  const away = await openRedis(opened, url)
  await server.stop('SIGKILL')
  await waitFor(() => away.status !== 'ready')
  const found = new RedisReplay(away, run.keys, copyKeys, () => {}).read(run.query(['a'], 10, 15))
  expect(await found.catch(() => undefined)).toBe(undefined)
})
