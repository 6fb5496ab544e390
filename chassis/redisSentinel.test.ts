import { beforeAll, expect, test } from '@jest/globals'
import type { Redis } from 'ioredis'
import { pino } from 'pino'
import { disposables } from '../test/support/disposables.ts'
import { ownRedisServers, type RedisServers } from '../test/support/ownRedisServers.ts'
import { openRedis, openSubscriber, testLink } from '../test/support/testRedis.ts'
import { waitFor } from '../test/support/waitFor.ts'
import { connectRedis } from './redis.ts'

const opened = disposables()
let servers: RedisServers

beforeAll(async () => {
  servers = await ownRedisServers(opened, 'sentinel')
}, 60_000)

const once = (redis: Redis, event: string) =>
  new Promise((resolve) => redis.once(event, () => resolve(event)))

/** The name of the process that the connection is with. */
async function nameOf(redis: Redis): Promise<string> {
  const file = /config_file:.*\/([^/]*)\.conf/.exec(await redis.info('server'))
  return file?.[1] ?? ''
}

test('A connection by Sentinels goes to the master, with one Sentinel away', async () => {
  await servers.child('redis-sentinel-1').stop('SIGKILL')
  for (let count = 0; count < 5; count++) {
    const redis = await openRedis(opened, servers.url)
    expect(await redis.role()).toContain('master')
    redis.disconnect()
  }
  await servers.child('redis-sentinel-1').start()
})

test('A connection by Sentinels that do not know the master, or the user, stays away and says why', async () => {
  for (const [url, reason] of [
    [servers.url.replace('/causeway?', '/other?'), 'the Sentinel knows no master other'],
    [servers.url.replace('sentinel_password=', 'sentinel_password=x'), 'WRONGPASS'],
  ] as const) {
    const lines: string[] = []
    const logger = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) })
    const redis = connectRedis(testLink(url, logger))
    await once(redis, 'reconnecting')
    redis.disconnect()
    expect(lines.join()).toContain(reason)
  }
})

test('A connection finds the promoted replica of a master that is frozen, and of one that is killed', async () => {
  for (const signal of ['SIGSTOP', 'SIGKILL'] as const) {
    const [redis, subscriber] = [
      await openRedis(opened, servers.url),
      await openSubscriber(opened, servers.url),
    ]
    const master = await nameOf(redis)
    const child = servers.child(master)
    const gone = Promise.all([once(redis, 'close'), once(subscriber, 'close')])
    if (signal === 'SIGSTOP') process.kill(Number(child.pid), signal)
    else await child.stop(signal)
    const asks = setInterval(() => void redis.get('x').catch(() => {}), 500).unref()
    await gone
    await waitFor(() => redis.status === 'ready' && subscriber.status === 'ready', 25)
    clearInterval(asks)
    expect(await nameOf(redis)).not.toBe(master)
    expect(await redis.set('x', signal)).toBe('OK')
    if (signal === 'SIGSTOP') process.kill(Number(child.pid), 'SIGCONT')
    else await child.start()
    // The former master comes back as a replica.
    await waitFor(async () => (await redis.info('replication')).includes('connected_slaves:2'), 25)
    redis.disconnect()
    subscriber.disconnect()
  }
}, 90_000)
