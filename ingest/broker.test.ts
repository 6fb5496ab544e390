import { beforeEach, expect, test } from '@jest/globals'
import type { IPublishPacket, MqttClient } from 'mqtt'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { connectMqtt, endMqtt } from '../chassis/mqtt.ts'
import type { LinkedEntry } from '../contract/message.ts'
import { disposables } from '../test/support/disposables.ts'
import { testServers } from '../test/support/servers.ts'
import { copyKeys, placeAt } from '../test/support/testRedis.ts'
import { uniquePrefix } from '../test/support/uniquePrefix.ts'
import { createIngestMetrics } from './metrics.ts'
import { Publisher } from './publisher.ts'

const opened = disposables()
const prefix = uniquePrefix()
const metrics = createIngestMetrics(new Registry())
let publisher: Publisher

beforeEach(async () => {
  const broker = await connect('ingest-test')
  publisher = new Publisher({
    broker,
    prefix,
    copyKeys,
    window: 10,
    windowBytes: 1_000,
    ...metrics,
  })
})

async function connect(role: string): Promise<MqttClient> {
  const client = connectMqtt(testServers().mqttUrl, role, pino({ level: 'silent' }))
  opened.add(() => endMqtt(client, 500))
  await new Promise<void>((resolve) => client.once('connect', () => resolve()))
  return client
}

function entry(position: number): LinkedEntry {
  return {
    ...placeAt(position),
    previous: 0,
    channel: 'rooms.berlin',
    json: `{"position":${position},"data":"👋"}`,
    link: placeAt(position - 1).id,
  }
}

async function outcomes() {
  const { values } = await metrics.publishes.get()
  return Object.fromEntries(values.map(({ labels, value }) => [labels.outcome, value]))
}

test('a real broker passes on what is published, and says whether anybody received it', async () => {
  publisher.publish(entry(1), 'e1')
  await publisher.flush(10_000)
  expect(await outcomes()).toEqual({ acked: 0, failed: 0, skipped: 0, nobody: 1 })

  const subscriber = await connect('subscriber-test')
  await subscriber.subscribeAsync(`${prefix}/channels/#`, { qos: 1 })
  const heard = new Promise<[string, string, IPublishPacket]>((resolve) => {
    subscriber.once('message', (topic, body, packet) => resolve([topic, String(body), packet]))
  })
  publisher.publish(entry(2), 'e1')
  await publisher.flush(10_000)
  const [topic, body, packet] = await heard
  expect([topic, body]).toEqual([`${prefix}/channels/rooms/berlin`, entry(2).json])
  expect(packet).toMatchObject({ qos: 1, retain: false })
  expect({ ...packet.properties?.userProperties }).toEqual({
    epoch: 'e1',
    link: entry(2).link,
    mac: copyKeys.signCopy('e1', entry(2)),
  })
  expect(await outcomes()).toEqual({ acked: 1, failed: 0, skipped: 0, nobody: 1 })
})
