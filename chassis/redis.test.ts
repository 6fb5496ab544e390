import { once } from 'node:events'
import { beforeEach, expect, test } from '@jest/globals'
import { pino } from 'pino'
import { disposables } from '../test/support/disposables.ts'
import { silenceable } from '../test/support/silenceable.ts'
import { openRedis, openSubscriber, ownRedis, testLink } from '../test/support/testRedis.ts'
import { waitFor } from '../test/support/waitFor.ts'
import { connectRedis, connectSubscriber, hasShardedPubSub } from './redis.ts'

const opened = disposables()
let lines: string[]
const logger = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) })

beforeEach(() => {
  lines = []
})

const messages = (): string[] => lines.map((line) => JSON.parse(line).msg)

test('A Redis connection fails a command at once while the server is away, and reconnects', async () => {
  const { url, server } = await ownRedis(opened)
  const redis = connectRedis(testLink(url, logger))
  opened.add(() => redis.disconnect())
  await once(redis, 'ready')
  await server.stop('SIGKILL')
  await waitFor(() => redis.status !== 'ready')
  await expect(redis.set('key', 'value')).rejects.toThrow(/Stream isn't writeable/)
  await waitFor(() => lines.length > 0)
  await server.start()
  await waitFor(() => redis.status === 'ready')
  // What failed was not kept to be done later.
  expect(await redis.get('key')).toBe(null)
  expect(messages()).toEqual(['Redis is away', 'Redis is back'])
})

test('A Redis connection fails a command whose answer never comes, and does not repeat it', async () => {
  const { url } = await ownRedis(opened)
  const way = await silenceable(opened, url)
  const redis = await openRedis(opened, way.url)
  await redis.set('count', 0)
  await way.silence()
  await expect(redis.incr('count')).rejects.toThrow('Command timed out')
  expect(await (await openRedis(opened, url)).get('count')).toBe('0')
})

test('A subscriber does not subscribe again after a reconnect, because its owner has to read the log first', async () => {
  const { url } = await ownRedis(opened)
  const [redis, subscriber] = [await openRedis(opened, url), await openSubscriber(opened, url)]
  await subscriber.ssubscribe('name')
  const back = once(subscriber, 'ready')
  await redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
  await back
  expect(await redis.call('PUBSUB', 'SHARDNUMSUB', 'name')).toEqual(['name', 0])
})

test('A subscriber finds a link that went silent', async () => {
  const { url } = await ownRedis(opened)
  const way = await silenceable(opened, url)
  const subscriber = connectSubscriber(testLink(way.url, logger))
  opened.add(() => subscriber.disconnect())
  await once(subscriber, 'ready')
  await subscriber.ssubscribe('name')
  await way.silence()
  await new Promise((resolve) => subscriber.once('close', resolve))
  expect(messages()).toEqual(['Redis is away'])
})

test('A subscriber stays while nothing is published', async () => {
  const { url } = await ownRedis(opened)
  const subscriber = await openSubscriber(opened, url)
  await subscriber.ssubscribe('name')
  let closed = 0
  subscriber.on('close', () => void closed++)
  // Longer than a socket may be silent.
  await new Promise((resolve) => setTimeout(resolve, 6_000))
  expect(closed).toBe(0)
})

test('A server says whether it has sharded pub/sub', async () => {
  expect(await hasShardedPubSub(await openRedis(opened))).toBe(true)
  const { url } = await ownRedis(opened, '--rename-command', 'SPUBLISH', '')
  expect(await hasShardedPubSub(await openRedis(opened, url))).toBe(false)
})
