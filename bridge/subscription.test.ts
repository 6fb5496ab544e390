import { beforeEach, describe, expect, test } from '@jest/globals'
import type { MqttClient } from 'mqtt'
import { pino } from 'pino'
import { connectMqtt, endMqtt } from '../chassis/mqtt.ts'
import type { LinkedEntry } from '../contract/message.ts'
import { disposables } from '../test/support/disposables.ts'
import { testServers } from '../test/support/servers.ts'
import { copyKeys, entry } from '../test/support/testRedis.ts'
import { uniquePrefix } from '../test/support/uniquePrefix.ts'
import { waitFor } from '../test/support/waitFor.ts'
import { subscribeToChannels } from './subscription.ts'

const opened = disposables()
let prefix: string
let heard: [epoch: string, entry: LinkedEntry][]
let refused: number
let subscribed: number
let bridge: MqttClient
let publisher: MqttClient

function connect(role: string): MqttClient {
  const client = connectMqtt(testServers().mqttUrl, role, pino({ level: 'silent' }))
  opened.add(() => endMqtt(client, 500))
  return client
}

beforeEach(async () => {
  prefix = uniquePrefix()
  heard = []
  refused = 0
  subscribed = 0
  bridge = connect('bridge-test')
  subscribeToChannels(bridge, {
    prefix,
    copyKeys,
    isServed: (channel) => channel !== 'other.log',
    onEntry: (epoch, one) => void heard.push([epoch, one]),
    onRefused: () => void refused++,
    onSubscribed: () => void subscribed++,
    logger: pino({ level: 'silent' }),
  })
  publisher = connect('publisher-test')
  await waitFor(() => subscribed === 1 && publisher.connected)
})

function publish(
  topic: string,
  payload: string | Buffer,
  userProperties: Record<string, string | string[]> = {},
): Promise<unknown> {
  return publisher.publishAsync(topic, payload, { qos: 1, properties: { userProperties } })
}

/** As ingest does it. */
function send(epoch: string, one: LinkedEntry): Promise<unknown> {
  const topic = `${prefix}/channels/${one.channel.replaceAll('.', '/')}`
  return publish(topic, one.json, propertiesOf(epoch, one))
}

interface Forged {
  topic?: string | undefined
  json?: string | Buffer
  epoch?: string | string[] | undefined
  link?: string | undefined
  mac?: string | string[] | undefined
}

/** A sound copy of which something is different. */
function sendAs(forged: Forged): Promise<unknown> {
  const one = entry(7, 3)
  const { topic, json, ...properties } = {
    topic: 'a',
    json: one.json,
    ...propertiesOf('e1', one),
    ...forged,
  }
  const given = Object.entries(properties).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, value] as const],
  )
  const name = topic === undefined ? 'channels' : `channels/${topic}`
  return publish(`${prefix}/${name}`, json, Object.fromEntries(given))
}

const propertiesOf = (epoch: string, one: LinkedEntry) => ({
  epoch,
  link: one.link,
  mac: copyKeys.signCopy(epoch, one),
})

describe('a subscription', () => {
  test('receives every message with its channel and epoch', async () => {
    const qualities: number[] = []
    bridge.on('message', (_topic, _payload, packet) => void qualities.push(packet.qos))
    const one = entry(7, 3, 'rooms.berlin', '"\\n\u2028👋"')
    await send('e1', one)
    await send('e2', entry(8, 0))
    await waitFor(() => heard.length === 2)
    expect(heard).toEqual([
      ['e1', one],
      ['e2', entry(8, 0)],
    ])
    // At least once: the broker holds for a bridge that is slow what it would otherwise drop.
    expect(qualities).toEqual([1, 1])
  })

  test.each<[string, (one: LinkedEntry) => Promise<unknown>]>([
    ['without a MAC', ({ json }) => sendAs({ json, mac: undefined })],
    ['without an epoch', () => sendAs({ epoch: undefined })],
    ['without a link', () => sendAs({ link: undefined })],
    ['with two epochs', () => sendAs({ epoch: ['e1', 'e2'] })],
    ['with two MACs', () => sendAs({ mac: ['x', 'y'] })],
    ['of another epoch than was signed', () => sendAs({ epoch: 'e2' })],
    ['with another link than was signed', () => sendAs({ link: '' })],
    ['of another channel than was signed', () => sendAs({ topic: 'b' })],
    ['with another text than was signed', ({ json }) => sendAs({ json: json.replace('7', '8') })],
    ['with a line end after it', ({ json }) => sendAs({ json: `${json}\n` })],
    ['with nothing in it', () => sendAs({ json: '' })],
    ['with bytes that are no text', () => sendAs({ json: Buffer.from([0xff, 0xfe, 0]) })],
    ['on a topic that is no channel', () => sendAs({ topic: 'a.b' })],
    ['on a topic with an empty level', () => sendAs({ topic: '/a' })],
    ['on the topic above all channels', () => sendAs({ topic: undefined })],
    [
      'of which the signed text is no encoding',
      () => {
        const fake = { ...entry(7, 3), json: '{}' }
        return publish(`${prefix}/channels/a`, fake.json, propertiesOf('e1', fake))
      },
    ],
  ])('skips and counts a copy %s', async (_name, forge) => {
    await forge(entry(7, 3))
    await send('e1', entry(9, 0, 'last'))
    await waitFor(() => heard.length > 0)
    expect([heard, refused]).toEqual([[['e1', entry(9, 0, 'last')]], 1])
  })

  test('receives no other topics', async () => {
    const one = entry(7, 3)
    await publish(`${prefix}/publish/a`, one.json, propertiesOf('e1', one))
    await publish(`${prefix}2/channels/a`, one.json, propertiesOf('e1', one))
    await send('e1', entry(9, 0, 'last'))
    await waitFor(() => heard.length > 0)
    expect([heard.length, refused]).toEqual([1, 0])
  })

  test('drops copies of channels that are not served, and counts none as refused', async () => {
    const [other, one] = [entry(1, 0, 'other.log'), entry(9, 0, 'last')]
    await send('e1', other)
    await publish(`${prefix}/channels/other/log`, 'nonsense', propertiesOf('e1', other))
    await send('e1', one)
    await waitFor(() => heard.length > 0)
    expect([heard, refused]).toEqual([[['e1', one]], 0])
  })

  test('is made again after every connect, and reports it', async () => {
    bridge.stream.destroy()
    await waitFor(() => subscribed === 2)
    await send('e1', entry(1, 0))
    await waitFor(() => heard.length > 0)
    expect(heard).toEqual([['e1', entry(1, 0)]])
  })
})
