import { beforeEach, describe, expect, test } from '@jest/globals'
import type { MqttClient } from 'mqtt'
import { pino } from 'pino'
import { connectMqtt, endMqtt } from '../chassis/mqtt.ts'
import type { Entry } from '../contract/message.ts'
import { disposables } from '../test/support/disposables.ts'
import { testServers } from '../test/support/servers.ts'
import { entry } from '../test/support/testRedis.ts'
import { uniquePrefix } from '../test/support/uniquePrefix.ts'
import { waitFor } from '../test/support/waitFor.ts'
import { subscribeToChannels } from './subscription.ts'

const opened = disposables()
let prefix: string
let heard: [epoch: string, entry: Entry][]
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
  subscribed = 0
  bridge = connect('bridge-test')
  subscribeToChannels(bridge, {
    prefix,
    onEntry: (epoch, one) => void heard.push([epoch, one]),
    onSubscribed: () => void subscribed++,
    logger: pino({ level: 'silent' }),
  })
  publisher = connect('publisher-test')
  await waitFor(() => subscribed === 1 && publisher.connected)
})

function publish(topic: string, payload: string | Buffer, epoch?: string): Promise<unknown> {
  const properties = epoch === undefined ? {} : { userProperties: { epoch } }
  return publisher.publishAsync(topic, payload, { qos: 1, properties })
}

describe('a subscription', () => {
  test('hears every message with its channel and epoch', async () => {
    const qualities: number[] = []
    bridge.on('message', (_topic, _payload, packet) => void qualities.push(packet.qos))
    const one = entry(7, 3, 'rooms.berlin', '"\\n\u2028👋"')
    await publish(`${prefix}/channels/rooms/berlin`, one.json, 'e1')
    await publish(`${prefix}/channels/a`, entry(8, 0).json, 'e2')
    await waitFor(() => heard.length === 2)
    expect(heard).toEqual([
      ['e1', one],
      ['e2', entry(8, 0)],
    ])
    // At least once: the broker holds for a bridge that is slow what it would otherwise drop.
    expect(qualities).toEqual([1, 1])
  })

  test('passes over whatever ingest would not have written', async () => {
    const { json } = entry(7, 3)
    const good = `${prefix}/channels/a`
    await publish(good, json)
    await publish(good, '', 'e1')
    await publish(good, '{}', 'e1')
    await publish(good, 'not JSON', 'e1')
    await publish(good, `${json}\n`, 'e1')
    await publish(good, Buffer.from([0xff, 0xfe, 0]), 'e1')
    await publish(good, json.replace('7', '-7'), 'e1')
    await publish(`${prefix}/channels/a.b`, json, 'e1')
    await publish(`${prefix}/channels/a b`, json, 'e1')
    await publish(`${prefix}/channels//a`, json, 'e1')
    await publish(`${prefix}/channels/a/`, json, 'e1')
    await publish(`${prefix}/channels`, json, 'e1')
    await publish(`${prefix}/publish/a`, json, 'e1')
    await publish(`${prefix}2/channels/a`, json, 'e1')
    await publisher.publishAsync(good, json, {
      qos: 1,
      properties: { userProperties: { epoch: ['e1', 'e2'] } },
    })
    await publish(`${prefix}/channels/last`, entry(1, 0, 'last').json, 'e1')
    await waitFor(() => heard.some(([, one]) => one.channel === 'last'))
    expect(heard).toEqual([['e1', entry(1, 0, 'last')]])
  })

  test('is made again after every connect, and says so', async () => {
    bridge.stream.destroy()
    await waitFor(() => subscribed === 2)
    await publish(`${prefix}/channels/a`, entry(1, 0).json, 'e1')
    await waitFor(() => heard.length > 0)
    expect(heard).toEqual([['e1', entry(1, 0)]])
  })
})
