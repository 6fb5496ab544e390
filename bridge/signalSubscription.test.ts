import type { MqttClient } from 'mqtt'
import { pino } from 'pino'
import { beforeEach, describe, expect, test } from '@jest/globals'
import { MAC_LENGTH } from '../chassis/copyKeys.ts'
import { connectMqtt, endMqtt } from '../chassis/mqtt.ts'
import { connectSubscriber } from '../chassis/redis.ts'
import { RedisKeys } from '../contract/redisKeys.ts'
import { encodeSignal, signalTopic } from '../contract/signal.ts'
import { disposables } from '../test/support/disposables.ts'
import { testServers } from '../test/support/servers.ts'
import { copyKeys, openRedis, openSubscriber, testLink } from '../test/support/testRedis.ts'
import { uniquePrefix } from '../test/support/uniquePrefix.ts'
import { waitFor } from '../test/support/waitFor.ts'
import { SignalRelay } from './signalRelay.ts'
import { subscribeToSignals } from './signalSubscription.ts'

const opened = disposables()
let prefix: string
let passed: string[]
let refused: number
let dropped: number
let now: number
let publisher: MqttClient

function connect(role: string): MqttClient {
  const client = connectMqtt(testServers().mqttUrl, role, pino({ level: 'silent' }))
  opened.add(() => endMqtt(client, 500))
  return client
}

beforeEach(async () => {
  prefix = uniquePrefix()
  passed = []
  refused = 0
  dropped = 0
  now = 0
  subscribeToSignals(connect('bridge-signals-test'), {
    prefix,
    copyKeys,
    isServed: (channel) => channel !== 'other.log',
    onSignal: async (...signal) => void passed.push(signal.join(' ')),
    onRefused: () => void refused++,
    onDropped: () => void dropped++,
    now: () => now,
    logger: pino({ level: 'silent' }),
  })
  publisher = connect('publisher-test')
  await waitFor(async () => {
    await send('up', sealed('up', 'up'))
    return passed.length > 0
  })
})

function sealed(channel: string, data: string): string {
  const sender = { id: 'user:alice', name: 'Alice' }
  const sentAt = new Date().toISOString()
  return copyKeys.sealSignal(
    channel,
    encodeSignal({ channel, type: 't', sender, data: `"${data}"`, sentAt }),
  )
}

async function send(channel: string, text: string): Promise<void> {
  if (!publisher.connected) return
  await publisher.publishAsync(signalTopic(prefix, channel), text.slice(MAC_LENGTH), {
    qos: 0,
    properties: { userProperties: { mac: text.slice(0, MAC_LENGTH) } },
  })
}

/** What has come until now. */
async function settled(): Promise<string[]> {
  const mark = sealed('mark', String(Math.random()))
  await send('mark', mark)
  await waitFor(() => passed.includes(`mark ${mark}`))
  return passed.filter((line) => !/^(up|mark) /.test(line))
}

describe('a bridge', () => {
  test('passes on signals with a valid MAC, of its own logs', async () => {
    const good = sealed('rooms.a', 'hi')
    await send('rooms.a', good)
    await send('other.log', sealed('other.log', 'hi'))
    expect([await settled(), refused]).toEqual([[`rooms.a ${good}`], 0])
  })

  test('refuses what is forged, moved or too large', async () => {
    await send('a', sealed('a', 'hi').replace('hi', 'ho'))
    await send('a', sealed('b', 'hi'))
    await send('a', sealed('a', 'x'.repeat(9_000)))
    await publisher.publishAsync(signalTopic(prefix, 'a'), '{}')
    expect([await settled(), refused]).toEqual([[], 4])
  })

  test('drops what is more than it takes in a second', async () => {
    const one = sealed('a', 'x')
    for (let n = 0; n < 6_000; n++) publisher.publish(signalTopic(prefix, 'a'), one)
    await waitFor(() => dropped > 0)
    now = 1_000
    await settled()
    expect(dropped + refused).toBeGreaterThanOrEqual(5_900)
  })
})

describe('the way on to Redis', () => {
  test('publishes on the channel of the signals', async () => {
    const keys = new RedisKeys(prefix, 0)
    const relay = new SignalRelay(await openRedis(opened), keys)
    const heard: string[] = []
    const subscriber = await openSubscriber(opened)
    subscriber.on('smessage', (_name, text: string) => heard.push(text))
    await subscriber.ssubscribe(keys.signals('a'))
    expect(await relay.publish('a', 'text')).toBe(true)
    await waitFor(() => heard.length > 0)
    expect(heard).toEqual(['text'])
    relay.close()
  })

  test('drops while Redis is away, and never waits for it', async () => {
    const away = connectSubscriber({ ...testLink('redis://127.0.0.1:1') })
    const relay = new SignalRelay(away, new RedisKeys(prefix, 0))
    expect(await relay.publish('a', 'text')).toBe(false)
    relay.close()
  })
})
