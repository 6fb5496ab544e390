import { once } from 'node:events'
import type { Redis } from 'ioredis'
import { pino } from 'pino'
import { RedisLog, type RedisLogOptions } from '../../bridge/redisLog.ts'
import { CopyKeys } from '../../chassis/copyKeys.ts'
import { connectRedis, connectSubscriber, type RedisLink } from '../../chassis/redis.ts'
import type { Extent } from '../../contract/extent.ts'
import { encodeMessage, type LinkedEntry } from '../../contract/message.ts'
import type { Place } from '../../contract/place.ts'
import type { RedisKeys } from '../../contract/redisKeys.ts'
import type { Child } from '../../stack/child.ts'
import { redis } from '../../stack/redis.ts'
import type { Opened } from './disposables.ts'
import { ownServer } from './ownServer.ts'
import { testServers } from './servers.ts'

const logger = pino({ level: 'silent' })

/** For a connection to the place of the log 0. */
export function testLink(url: string, to = logger): RedisLink {
  return { url, key: 'causeway:{0}', name: 'test', logger: to }
}

/** A connection for commands, ready; by default with the services' own deadline. */
export async function openRedis(
  opened: Opened,
  url = testServers().redisUrl,
  timeoutMs?: number,
): Promise<Redis> {
  return ready(connectRedis(testLink(url), timeoutMs), opened)
}

/** A connection for subscriptions, ready. */
export async function openSubscriber(opened: Opened, url = testServers().redisUrl): Promise<Redis> {
  return ready(connectSubscriber(testLink(url)), opened)
}

async function ready(client: Redis, opened: Opened): Promise<Redis> {
  opened.add(() => client.disconnect())
  await once(client, 'ready')
  return client
}

/** A Redis that a test may stop, empty, or tell to disconnect its clients; `args` are for its command line. */
export function ownRedis(
  opened: Opened,
  ...args: string[]
): Promise<{ url: string; server: Child }> {
  return ownServer(opened, redis, args)
}

/** A value for COPY_KEYS. */
export const COPY_KEY = 'k'.repeat(43)
export const copyKeys = new CopyKeys([COPY_KEY])

/** The copy in Redis. By default it reports no refused copies. */
export function openRedisLog(
  client: Redis,
  keys: RedisKeys,
  options: Partial<RedisLogOptions> = {},
): RedisLog {
  return new RedisLog(client, keys, {
    copyKeys,
    onRefused: () => {},
    recentLength: 500,
    recentSeconds: 60,
    ...options,
  })
}

/** The extent in Redis; undefined if there is none, or if its MAC is wrong. */
export async function extentOf(
  client: Redis,
  keys: RedisKeys,
  epoch: string,
): Promise<Extent | undefined> {
  const sealed = await client.get(keys.extent(epoch))
  return sealed === null ? undefined : copyKeys.openExtent(sealed)
}

/** The id of the message at a position. */
export function idAt(position: number): string {
  return position === 0
    ? ''
    : `0193512a-0000-7000-8000-${String(position).slice(-12).padStart(12, '0')}`
}

/** A place of the log that `entry` makes messages of. */
export const placeAt = (position: number): Place => ({ position, id: idAt(position) })

/** The extent of a Redis that has every message above a low watermark, up to a position. */
export const extentAt = (position: number, low = 10, epoch = 'e1'): Extent => ({
  ...placeAt(position),
  epoch,
  low,
})

/** A stored message, encoded, and linked to the one that `entry` makes at the position before it. */
export function entry(
  position: number,
  previous: number,
  channel = 'a',
  data = '"x"',
): LinkedEntry {
  const json = encodeMessage({
    position,
    previous,
    id: idAt(position),
    channel,
    type: 'message',
    sender: { id: 'alice', name: 'Alice' },
    data,
    sentAt: '2026-11-21T19:33:02.123Z',
  })
  return { position, previous, id: idAt(position), channel, json, link: idAt(position - 1) }
}
