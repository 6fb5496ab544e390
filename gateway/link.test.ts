import { beforeEach, describe, expect, test } from '@jest/globals'
import type { Redis } from 'ioredis'
import { pino } from 'pino'
import { connectSubscriber } from '../chassis/redis.ts'
import { RedisKeys } from '../contract/redisKeys.ts'
import { disposables } from '../test/support/disposables.ts'
import { entry, openRedis, ownRedis } from '../test/support/testRedis.ts'
import { uniquePrefix } from '../test/support/uniquePrefix.ts'
import { waitFor } from '../test/support/waitFor.ts'
import { Link } from './link.ts'

const opened = disposables()
let url: string
let redis: Redis
let keys: RedisKeys
/** What the link said, in order. */
let heard: string[]
let wanted: Set<string>
let epoch: string
/** Called when the link asks which channels are wanted. */
let onAsked: () => void

beforeEach(async () => {
  url = (await ownRedis(opened)).url
  redis = await openRedis(opened, url)
  keys = new RedisKeys(uniquePrefix(), 0)
  heard = []
  wanted = new Set()
  epoch = 'e1'
  onAsked = () => {}
})

function openLink(): Link {
  const subscriber = connectSubscriber(url, 'test', pino({ level: 'silent' }))
  opened.add(() => subscriber.disconnect())
  return new Link(subscriber, keys, {
    up: () => void heard.push('up'),
    down: () => void heard.push('down'),
    subscribed: (channels) => void heard.push(`subscribed ${channels.join(' ')}`),
    beacon: (beacon) => void heard.push(`beacon ${beacon.epoch} ${beacon.head} ${beacon.floor}`),
    entry: ({ channel, position }) => void heard.push(`${channel}${position}`),
    channelNames: () => {
      onAsked()
      return [...wanted]
    },
    epoch: () => epoch,
  })
}

const publish = (channel: string, position: number, ofEpoch = epoch): Promise<unknown> =>
  redis.spublish(keys.live(ofEpoch, channel), entry(position, 0, channel).json)
const beacon = (head: number): Promise<unknown> => redis.spublish(keys.beacon, `e1 ${head} 0`)

/** Cuts all subscribers off, as a failing network would. */
const cut = (): Promise<unknown> => redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub')

/** What it said, once it has said so much. */
async function whenHeard(count: number): Promise<string[]> {
  await waitFor(() => heard.length >= count)
  return heard
}

describe('a link', () => {
  test('is up once everything that is wanted is subscribed', async () => {
    wanted = new Set(['a', 'rooms.berlin'])
    openLink()
    expect(await whenHeard(1)).toEqual(['up'])
    await publish('rooms.berlin', 1)
    await publish('nobody', 2)
    await publish('a', 3)
    await beacon(3)
    expect(await whenHeard(4)).toEqual(['up', 'rooms.berlin1', 'a3', 'beacon e1 3 0'])
  })

  test('takes more, and tells when the server has confirmed them', async () => {
    const link = openLink()
    expect(await whenHeard(1)).toEqual(['up'])
    link.subscribe(['a', 'b'])
    expect(await whenHeard(2)).toEqual(['up', 'subscribed a b'])
    await publish('b', 1)
    expect(await whenHeard(3)).toEqual(['up', 'subscribed a b', 'b1'])
  })

  test('brings no more of what it was told to leave', async () => {
    wanted = new Set(['a', 'b'])
    const link = openLink()
    expect(await whenHeard(1)).toEqual(['up'])
    link.unsubscribe(['a'])
    await waitFor(async () => (await redis.pubsub('SHARDCHANNELS', '*')).length === 2)
    await publish('a', 1)
    await publish('b', 2)
    expect(await whenHeard(2)).toEqual(['up', 'b2'])
  })

  test('that is cut goes down, and comes up with all that is wanted by then', async () => {
    wanted = new Set(['a'])
    openLink()
    expect(await whenHeard(1)).toEqual(['up'])
    wanted = new Set(['a', 'b'])
    await cut()
    expect(await whenHeard(3)).toEqual(['up', 'down', 'up'])
    await publish('b', 1)
    await publish('a', 2)
    expect(await whenHeard(5)).toEqual(['up', 'down', 'up', 'b1', 'a2'])
  })

  test('that is cut again and again always comes up whole', async () => {
    wanted = new Set(Array.from({ length: 1_200 }, (_, index) => `c${index}`))
    openLink()
    for (let count = 0; count < 5; count++) {
      await waitFor(() => heard.at(-1) === 'up')
      await cut()
      await waitFor(() => heard.at(-1) === 'down' || heard.length > 2 * (count + 1))
    }
    await waitFor(() => heard.at(-1) === 'up')
    // All of them, and the beacon.
    expect((await redis.pubsub('SHARDCHANNELS', '*')).length).toBe(1_201)
    heard = []
    for (const channel of ['c0', 'c499', 'c500', 'c1199']) await publish(channel, 1)
    expect(await whenHeard(4)).toEqual(['c01', 'c4991', 'c5001', 'c11991'])
  })

  test('waits for what becomes wanted while it comes up', async () => {
    wanted = new Set(['a'])
    onAsked = () => {
      if (wanted.size < 5) wanted.add(`late${wanted.size}`)
    }
    openLink()
    expect(await whenHeard(1)).toEqual(['up'])
    expect((await redis.pubsub('SHARDCHANNELS', '*')).length).toBe(6)
  })

  test('passes over what no bridge has written', async () => {
    wanted = new Set(['a'])
    openLink()
    expect(await whenHeard(1)).toEqual(['up'])
    const live = keys.live('e1', 'a')
    for (const text of ['', '{}', 'x', `${entry(1, 0).json}\n`]) await redis.spublish(live, text)
    for (const text of ['', 'e1', 'e1 1', 'E1 1 2']) await redis.spublish(keys.beacon, text)
    await publish('a', 7)
    expect(await whenHeard(2)).toEqual(['up', 'a7'])
  })

  test('goes over to another epoch by being made anew', async () => {
    wanted = new Set(['a'])
    const link = openLink()
    expect(await whenHeard(1)).toEqual(['up'])
    epoch = 'e2'
    link.reconnect()
    expect(await whenHeard(3)).toEqual(['up', 'down', 'up'])
    await publish('a', 1, 'e1')
    await publish('a', 2, 'e2')
    expect(await whenHeard(4)).toEqual(['up', 'down', 'up', 'a2'])
  })

  test('is the same on a server without sharded pub/sub', async () => {
    url = (await ownRedis(opened, '--rename-command', 'SPUBLISH', '')).url
    redis = await openRedis(opened, url)
    wanted = new Set(['a', 'b'])
    const link = openLink()
    expect(await whenHeard(1)).toEqual(['up'])
    link.unsubscribe(['b'])
    link.subscribe(['c'])
    expect(await whenHeard(2)).toEqual(['up', 'subscribed c'])
    for (const channel of ['a', 'b', 'c']) {
      await redis.publish(keys.live('e1', channel), entry(1, 0, channel).json)
    }
    await redis.publish(keys.beacon, 'e1 1 0')
    expect(await whenHeard(5)).toEqual(['up', 'subscribed c', 'a1', 'c1', 'beacon e1 1 0'])
  })
})

test('a link to a server that dies comes up when that is back', async () => {
  const own = await ownRedis(opened)
  url = own.url
  wanted = new Set(['a'])
  openLink()
  expect(await whenHeard(1)).toEqual(['up'])
  await own.server.stop('SIGKILL')
  await waitFor(() => heard.at(-1) === 'down')
  await own.server.start()
  await waitFor(() => heard.at(-1) === 'up')
  redis = await openRedis(opened, url)
  heard = []
  await publish('a', 1)
  expect(await whenHeard(1)).toEqual(['a1'])
})
