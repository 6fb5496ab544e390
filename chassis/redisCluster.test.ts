import { beforeAll, expect, test } from '@jest/globals'
import type { Redis } from 'ioredis'
import { pino } from 'pino'
import { disposables } from '../test/support/disposables.ts'
import { ownRedisServers, type RedisServers } from '../test/support/ownRedisServers.ts'
import { TestCluster } from '../test/support/testCluster.ts'
import { openRedis, openSubscriber, testLink } from '../test/support/testRedis.ts'
import { waitFor } from '../test/support/waitFor.ts'
import { connectRedis } from './redis.ts'

const opened = disposables()
const KEY = testLink('').key
let servers: RedisServers
let cluster: TestCluster

beforeAll(async () => {
  servers = await ownRedisServers(opened, 'cluster')
  cluster = new TestCluster(servers.url)
  opened.add(() => cluster.close())
}, 60_000)

/** The cluster's address with one of its nodes only. */
const byNode = (at: number): string => {
  const [, start, list = ''] = /^(.*@)(.*)$/.exec(servers.url) ?? []
  return `${start}${list.split(',')[at]}`
}

/** Unlike Node's own `once`, it takes no offence at an error before the event. */
const once = (redis: Redis, event: string) =>
  new Promise<unknown[]>((resolve) => redis.once(event, (...values) => resolve(values)))

test('A connection to a cluster finds the node of its key by whatever node it asks', async () => {
  for (let at = 0; at < 6; at++) {
    const redis = await openRedis(opened, byNode(at))
    expect(await redis.set(KEY, at)).toBe('OK')
    redis.disconnect()
  }
})

test('A connection to a cluster goes on when one of the nodes that it knows is away', async () => {
  const { others } = await cluster.placeOf(KEY)
  const away = others.at(-1) ?? ''
  await servers.child(away).stop('SIGKILL')
  for (let count = 0; count < 6; count++) {
    const redis = await openRedis(opened, servers.url)
    expect(await redis.get(KEY)).not.toBe(null)
    redis.disconnect()
  }
  await servers.child(away).start()
})

test('A command to a node that has lost the slot fails, and the connection goes to the new owner', async () => {
  const redis = await openRedis(opened, servers.url)
  await redis.set(KEY, 'kept')
  const closed = once(redis, 'close')
  await cluster.moveSlot(KEY)
  await expect(redis.set(KEY, 'lost')).rejects.toThrow(/^MOVED /)
  await closed
  await once(redis, 'ready')
  expect(await redis.get(KEY)).toBe('kept')
})

test('A subscriber leaves a node when the slot leaves it, without a message or a command in between', async () => {
  const subscriber = await openSubscriber(opened, servers.url)
  const names = Array.from({ length: 1_000 }, (_, at) => `${KEY}:${at}`)
  await subscriber.ssubscribe(...names)
  const closes: unknown[] = []
  subscriber.on('close', () => closes.push('close'))
  const back = once(subscriber, 'ready')
  await cluster.moveSlot(KEY)
  await back
  expect(closes).toHaveLength(1)
  const heard = once(subscriber, 'smessage')
  await subscriber.ssubscribe(...names)
  await (await openRedis(opened, servers.url)).spublish(`${KEY}:999`, 'x')
  expect(await heard).toEqual([`${KEY}:999`, 'x'])
})

test('A connection finds the promoted replica of a master that is frozen, and of one that is killed', async () => {
  for (const signal of ['SIGSTOP', 'SIGKILL'] as const) {
    const [redis, subscriber] = [
      await openRedis(opened, servers.url),
      await openSubscriber(opened, servers.url),
    ]
    const { owner, others } = await cluster.placeOf(KEY)
    const asked = Number(others[0]?.at(-1)) - 1
    const gone = Promise.all([once(redis, 'close'), once(subscriber, 'close')])
    const child = servers.child(owner)
    if (signal === 'SIGSTOP') process.kill(Number(child.pid), signal)
    else await child.stop(signal)
    // As the services do once a second.
    const asks = setInterval(() => void redis.get(KEY).catch(() => {}), 500).unref()
    await gone
    await waitFor(() => redis.status === 'ready' && subscriber.status === 'ready', 25)
    clearInterval(asks)
    expect(await redis.set(KEY, signal)).toBe('OK')
    expect((await cluster.placeOf(KEY, asked)).owner).not.toBe(owner)
    await subscriber.ssubscribe(`${KEY}:x`)
    redis.disconnect()
    subscriber.disconnect()
    if (signal === 'SIGSTOP') process.kill(Number(child.pid), 'SIGCONT')
    else await child.start()
    await waitFor(() => cluster.isWhole())
  }
}, 90_000)

test('A connection that is told to reconnect while it looks for its node comes up all the same', async () => {
  const redis = connectRedis(testLink(servers.url, pino({ level: 'silent' })))
  opened.add(() => redis.disconnect())
  await once(redis, 'connecting')
  redis.disconnect(true)
  await once(redis, 'ready')
  expect(await redis.exists(KEY)).toBe(1)
  redis.disconnect()
  await once(redis, 'end')
})
