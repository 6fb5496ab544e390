import { beforeAll, describe, expect, test } from '@jest/globals'
import { grant, revocation } from '../test/support/accessRows.ts'
import { disposables } from '../test/support/disposables.ts'
import { DEVICE, MqttDevice, PASSWORD, typeOf } from '../test/support/mqttDevice.ts'
import { waitFor } from '../test/support/waitFor.ts'

const PIXEL = { contentType: 'application/octet-stream', base64: '/w==' }

const opened = disposables()
let device: MqttDevice

beforeAll(async () => {
  device = await MqttDevice.open(opened)
})

describe('grants at ingest', () => {
  test('are checked for each post, whatever the broker still lets through', async () => {
    await device.ingest({
      rows: [grant(DEVICE, 'in.*', 'write'), grant('group:g', 'group.*', 'write')],
    })
    const to = (path: string): string => device.topic(path)
    expect((await device.ask('1', {}, to('in/a'))).status).toBe(201)
    expect((await device.ask('1', {}, to('group/a'))).status).toBe(201)
    expect(typeOf(await device.ask('1', {}, to('out/a')))).toBe('403 forbidden')
  })

  test('do not help who is banned', async () => {
    await device.ingest({ rows: [grant(DEVICE, '**', 'write'), revocation(DEVICE, Infinity)] })
    expect(typeOf(await device.ask('1'))).toBe('403 forbidden')
    await device.ingest({ rows: [grant(DEVICE, '**', 'write'), revocation(DEVICE, Date.now())] })
    expect((await device.ask('1')).status).toBe(201)
  })
})

describe('a device that speaks MQTT 3.1.1', () => {
  test('posts JSON, text and bytes, at any quality of service', async () => {
    await device.ingest()
    // It has one connection, and needs none of version 5 any more.
    await device.client.endAsync()
    const { client } = await device.broker.device(DEVICE, PASSWORD, { protocolVersion: 4 })
    const topic = device.topic()
    const payloads = ['{"a":1}', '21.5', 'warm', Buffer.from([0xff])]
    for (const [at, payload] of payloads.entries()) {
      await client.publishAsync(topic, payload, { qos: at % 2 === 0 ? 1 : 2 })
      await waitFor(async () => (await device.messages()).length === at + 1)
    }
    const data = [{ a: 1 }, 21.5, 'warm', PIXEL]
    expect((await device.messages()).map((message) => message.data)).toEqual(data)
    // The broker gives one of QoS 0 to a session that nobody has yet, and it is lost: so more than one may be needed.
    await waitFor(async () => {
      await client.publishAsync(topic, '"at most once"', { qos: 0 })
      return (await device.messages()).at(-1)?.data === 'at most once'
    })
  })
})
