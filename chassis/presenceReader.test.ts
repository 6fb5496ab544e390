import type { Redis } from 'ioredis'
import { beforeAll, beforeEach, expect, test } from '@jest/globals'
import { RedisKeys } from '../contract/redisKeys.ts'
import { disposables } from '../test/support/disposables.ts'
import { copyKeys, openRedis } from '../test/support/testRedis.ts'
import { uniquePrefix } from '../test/support/uniquePrefix.ts'
import { CopyKeys } from './copyKeys.ts'
import { PresenceReader } from './presenceReader.ts'

const opened = disposables()
let redis: Redis
let keys: RedisKeys
let refused: number

beforeAll(async () => {
  redis = await openRedis(opened)
})

beforeEach(() => {
  keys = new RedisKeys(uniquePrefix(), 0)
  refused = 0
})

function readerOf(limit: number): PresenceReader {
  return new PresenceReader({ redis, keys, copyKeys, onRefused: () => refused++, limit })
}

const sealed = (channel: string, id: string, name = id): string =>
  copyKeys.sealPerson(channel, { id, name })

/** Leases that end so many milliseconds from now, by the clock of Redis. */
async function keep(channel: string, texts: readonly string[], milliseconds = 60_000) {
  const [seconds = 0] = (await redis.time()).map(Number)
  const end = seconds * 1_000 + milliseconds
  // Each a moment later, so that they are told in this order.
  await redis.zadd(keys.presence(channel), ...texts.flatMap((text, at) => [end + at, text]))
}

const countsOf = async (reader: PresenceReader, channels: readonly string[]) =>
  (await reader.look(channels)).map(({ count }) => count)

test('People are named up to the limit and counted above it, and a channel without any has none', async () => {
  const reader = readerOf(2)
  const three = ['user:a', 'user:b', 'user:c'].map((id) => sealed('more', id))
  await keep('more', three)
  await keep('two', [sealed('two', 'user:a', 'Älice 👍'), sealed('two', 'user:b')])
  expect(await reader.look(['more', 'nobody', 'two'])).toEqual([
    { count: 3 },
    { count: 0, people: [] },
    {
      count: 2,
      people: [
        { id: 'user:a', name: 'Älice 👍' },
        { id: 'user:b', name: 'user:b' },
      ],
    },
  ])
})

test('Leases that have ended do not count, on either side of the limit', async () => {
  const ended = Array.from({ length: 5 }, (_, at) => sealed('a', `user:gone${at}`))
  await keep('a', ended, -1_000)
  await keep('a', [sealed('a', 'user:here'), sealed('a', 'user:there')])
  expect([await countsOf(readerOf(1), ['a']), await countsOf(readerOf(10), ['a'])]).toEqual([
    [2],
    [2],
  ])
})

test('Somebody with two names counts once, also while a key is replaced', async () => {
  const text = sealed('a', 'user:a', 'Alice')
  const byOther = new CopyKeys(['o'.repeat(43)]).sealPerson('a', { id: 'user:a', name: 'Alice' })
  await keep('a', [text, sealed('a', 'user:a', 'Ali'), byOther])
  expect(await countsOf(readerOf(10), ['a'])).toEqual([1])
  // The key of the other one is not ours.
  expect(refused).toBe(1)
})

test('Whom nobody with a key has sealed does not count', async () => {
  const elsewhere = sealed('b', 'user:x')
  await keep('a', ['x'.repeat(22) + 'user:x X', elsewhere, '', sealed('a', 'user:y')])
  await keep('a', [sealed('a', 'user:z', 'z'.repeat(1_000))])
  expect(await countsOf(readerOf(10), ['a'])).toEqual([1])
  expect(refused).toBe(4)
})

test('A key of another type is a channel without anybody', async () => {
  await redis.set(keys.presence('a'), 'x')
  await keep('b', [sealed('b', 'user:y')])
  expect(await countsOf(readerOf(10), ['a', 'b'])).toEqual([0, 1])
})

test.each([0, 100, 1_000])(
  'A hundred channels are told in order if the limit is %d',
  async (limit) => {
    const channels = Array.from({ length: 100 }, (_, at) => `rooms.r${at}`)
    const wanted = channels.map((_, at) => ([1, 9, 10, 55, 99].includes(at) ? (at % 7) + 1 : 0))
    for (const [at, channel] of channels.entries()) {
      const people = Array.from({ length: wanted[at] ?? 0 }, (_, n) => sealed(channel, `user:${n}`))
      if (people.length > 0) await keep(channel, people)
    }
    expect(await countsOf(readerOf(limit), channels)).toEqual(wanted)
  },
)

test('It rejects if Redis is away', async () => {
  const own = await openRedis(opened)
  const reader = new PresenceReader({
    redis: own,
    keys,
    copyKeys,
    onRefused: () => refused++,
    limit: 10,
  })
  own.disconnect()
  await expect(reader.look(['a'])).rejects.toThrow(/closed|writeable/)
})
