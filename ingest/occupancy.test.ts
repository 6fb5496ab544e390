import { expect, test } from '@jest/globals'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { clock } from '../chassis/clock.ts'
import { ChannelLogs } from '../contract/channelLogs.ts'
import { RedisKeys } from '../contract/redisKeys.ts'
import { disposables } from '../test/support/disposables.ts'
import { copyKeys, openRedis, ownRedis } from '../test/support/testRedis.ts'
import { waitFor } from '../test/support/waitFor.ts'
import { openOccupancy, type OccupancyOf } from './occupancy.ts'

const opened = disposables()

/** The log 1 has the channels below `b`, and the log 0 all others. */
function open(urls: readonly (string | undefined)[], registry = new Registry()): OccupancyOf {
  const channelLogs = new ChannelLogs([0, 1], [{ pattern: 'b.**', log: 1 }])
  const { occupancyOf, close } = openOccupancy(
    { REDIS_PREFIX: 'causeway', PRESENCE_LIMIT: 100 },
    { logs: urls.map((REDIS_URL, id) => ({ id, REDIS_URL })), channelLogs },
    { copyKeys, onRefused: () => {}, registry, clock, logger: pino({ level: 'silent' }) },
  )
  opened.add(close)
  return occupancyOf
}

/** People come for a minute. */
async function come(url: string, log: number, channel: string, ids: readonly string[]) {
  const redis = await openRedis(opened, url)
  const [seconds = 0] = (await redis.time()).map(Number)
  const people = ids.map((id) => copyKeys.sealPerson(channel, { id, name: id }))
  const key = new RedisKeys('causeway', log).presence(channel)
  await redis.zadd(key, ...people.flatMap((text) => [(seconds + 60) * 1_000, text]))
}

test('Each log has its own Redis, and one that hangs or is away leaves the others as they are', async () => {
  const [first, second] = await Promise.all([ownRedis(opened), ownRedis(opened)])
  await come(first.url, 0, 'a.x', ['user:alice', 'user:bob'])
  await come(second.url, 1, 'b.x', ['user:carol'])
  const registry = new Registry()
  const occupancyOf = open([first.url, second.url], registry)
  const told = () => occupancyOf(['b.x', 'a.nobody', 'a.x'])
  const becomes = (wanted: (number | null)[]) =>
    waitFor(async () => JSON.stringify(await told()) === JSON.stringify(wanted))
  await becomes([1, 0, 2])
  const { pid } = second.server
  if (pid === null) throw new Error('it has died')
  process.kill(pid, 'SIGSTOP')
  await becomes([null, 0, 2])
  process.kill(pid, 'SIGCONT')
  await becomes([1, 0, 2])
  await second.server.stop()
  await becomes([null, 0, 2])
  const counted = await registry.getSingleMetricAsString('causeway_occupancy_looks_total')
  expect(counted).toMatch(/outcome="told"\} [1-9]/)
  expect(counted).toMatch(/outcome="failed"\} [1-9]/)
}, 60_000)

test('Without the address of a Redis nothing is known, and a log that has one is counted', async () => {
  const { url } = await ownRedis(opened)
  await come(url, 1, 'b.x', ['user:carol'])
  expect(await open([undefined, undefined])(['a.x', 'b.x'])).toEqual([null, null])
  const occupancyOf = open([undefined, url])
  await waitFor(async () => JSON.stringify(await occupancyOf(['a.x', 'b.x'])) === '[null,1]')
})
