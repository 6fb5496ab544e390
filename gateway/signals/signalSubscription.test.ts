import type { Redis } from 'ioredis'
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { connectSubscriber } from '../../chassis/redis.ts'
import { RedisKeys } from '../../contract/redisKeys.ts'
import { encodeSignal } from '../../contract/signal.ts'
import { disposables } from '../../test/support/disposables.ts'
import { testServers } from '../../test/support/servers.ts'
import { copyKeys, openRedis, testLink } from '../../test/support/testRedis.ts'
import { uniquePrefix } from '../../test/support/uniquePrefix.ts'
import { waitFor } from '../../test/support/waitFor.ts'
import { SignalSubscription } from './signalSubscription.ts'

const opened = disposables()
let redis: Redis
let keys: RedisKeys
let heard: string[]
let dropped: string[]
let refused: number
/** A time that does not pass. */
let stopped: number | undefined
let subscription: SignalSubscription

beforeAll(async () => {
  // A flood on a busy machine takes longer than a service waits.
  redis = await openRedis(opened, undefined, 20_000)
})

beforeEach(async () => {
  keys = new RedisKeys(uniquePrefix(), 0)
  heard = []
  dropped = []
  refused = 0
  stopped = undefined
  subscription = new SignalSubscription({
    // It must not be ready before somebody listens.
    redis: connectSubscriber(testLink(testServers().redisUrl)),
    keys,
    copyKeys,
    onSignal: (channel, json) => void heard.push(`${channel} ${JSON.parse(json).data}`),
    onRefused: () => void refused++,
    onDropped: (reason) => void dropped.push(reason),
    wallNow: () => stopped ?? Date.now(),
  })
  opened.add(() => subscription.close())
  subscription.want('a')
  // A signal says when the subscription stands.
  await waitFor(async () => {
    await publish('a', sealed('a', 'up'))
    return heard.includes('a up')
  })
  // More than one may have been published meanwhile.
  await settled()
  heard = []
})

function sealed(channel: string, data: string, at = Date.now(), named = channel): string {
  const sender = { id: 'user:alice', name: 'Alice' }
  const sentAt = new Date(at).toISOString()
  const json = encodeSignal({ channel: named, type: 't', sender, data: `"${data}"`, sentAt })
  return copyKeys.sealSignal(channel, json)
}

const publish = (channel: string, text: string): Promise<unknown> =>
  redis.spublish(keys.signals(channel), text)

/** All that was published before has come. */
async function settled(): Promise<void> {
  const mark = `mark ${Math.random()}`
  await publish('a', sealed('a', mark))
  await waitFor(() => heard.includes(`a ${mark}`))
  heard = heard.filter((line) => !line.includes('mark'))
}

describe('the subscription to signals', () => {
  test('hears wanted channels only, and none after it has left', async () => {
    subscription.want('b')
    await waitFor(async () => {
      await publish('b', sealed('b', `${Math.random()}`))
      return heard.some((line) => line.startsWith('b '))
    })
    subscription.leave('b')
    await settled()
    const before = heard.length
    await publish('b', sealed('b', 'late'))
    await publish('c', sealed('c', 'other'))
    await settled()
    expect(heard.length).toBe(before)
  })

  test('takes a signal once, however many bridges pass it on', async () => {
    const one = sealed('a', 'once')
    for (let n = 0; n < 3; n++) await publish('a', one)
    await settled()
    expect(heard).toEqual(['a once'])
  })

  test('believes none that is forged or of another channel', async () => {
    const good = sealed('a', 'good')
    await publish('a', good.replace('good', 'evil'))
    await publish('a', sealed('b', 'moved'))
    await publish('a', 'x')
    await settled()
    expect([heard, refused]).toEqual([[], 3])
  })

  test('drops one that is too old or from the future', async () => {
    await publish('a', sealed('a', 'old', Date.now() - 40_000))
    await publish('a', sealed('a', 'future', Date.now() + 40_000))
    await settled()
    expect([heard, dropped]).toEqual([[], ['old', 'old']])
  })

  test('drops what is more than a gateway takes in a second', async () => {
    stopped = Date.now()
    const flood = Array.from({ length: 6_000 }, (_, n) => publish('a', sealed('a', `f${n}`)))
    await Promise.all(flood)
    await waitFor(() => dropped.length + heard.length === 6_000)
    expect(dropped.length).toBeGreaterThanOrEqual(1_000)
    expect(new Set(dropped)).toEqual(new Set(['rate']))
    // The next second brings signals again.
    stopped += 1_000
    await settled()
  })

  test('comes back by itself after its connection broke', async () => {
    await redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
    await waitFor(async () => {
      await publish('a', sealed('a', 'back'))
      return heard.includes('a back')
    })
    expect(refused).toBe(0)
  })
})
