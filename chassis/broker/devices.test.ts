import { beforeAll, describe, expect, test } from '@jest/globals'
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt'
import type { AccessRow } from '../../contract/access.ts'
import type { Action } from '../../contract/grants.ts'
import { mosquitto } from '../../stack/mosquitto.ts'
import { freePort } from '../../stack/ports.ts'
import { disposables } from '../../test/support/disposables.ts'
import { openSupervisor } from '../../test/support/ownServer.ts'
import { waitFor } from '../../test/support/waitFor.ts'
import { BrokerControl } from './control.ts'
import { Devices } from './devices.ts'

const opened = disposables()
let url: string
let devices: Devices
let ingest: MqttClient

beforeAll(async () => {
  const { dir, supervisor } = await openSupervisor(opened, 'devices')
  const { addresses, ...spec } = mosquitto({ dir: `${dir}/broker`, port: await freePort() })
  await supervisor.start(spec)
  url = spec.url ?? ''
  const account = await connect(new URL(addresses['ACCOUNT_MQTT_URL'] ?? ''))
  devices = new Devices(new BrokerControl(account), 'causeway')
  ingest = await connect(new URL(addresses['INGEST_MQTT_URL'] ?? ''))
})

async function connect(
  address: URL,
  options: IClientOptions = {},
  heard: string[] = [],
): Promise<MqttClient> {
  const client = mqtt.connect(address.href, { protocolVersion: 5, reconnectPeriod: 0, ...options })
  opened.add(() => client.end(true))
  // Before it is connected: the broker sends at once what has waited.
  client.on('message', (topic) => heard.push(topic))
  await new Promise((resolve, reject) => client.on('connect', resolve).on('error', reject))
  return client
}

/** A device's connection, and the topics that it heard. */
async function device(principal: string, password: string, options: IClientOptions = {}) {
  const address = new URL(url)
  address.username = encodeURIComponent(principal)
  address.password = password
  const heard: string[] = []
  return { client: await connect(address, { clientId: principal, ...options }, heard), heard }
}

const grant = (subject: string, pattern: string, ...actions: Action[]): AccessRow => ({
  kind: 'grant',
  subject,
  pattern,
  actions,
})
const publish = (topic: string): Promise<unknown> => ingest.publishAsync(topic, 'x', { qos: 1 })
const REFUSED = /not authorized/i

describe('a device at the broker', () => {
  test('hears the channels of its grants, and no other', async () => {
    const rows = [
      grant('device:*', 'all', 'read'),
      grant('device:one', 'rooms.**', 'read'),
      grant('device:one', 'out.{sub}', 'read'),
      grant('device:two', '**', 'read'),
    ]
    await devices.put({ principal: 'device:one', groups: [] }, 'pw', rows)
    const { client, heard } = await device('device:one', 'pw')
    for (const filter of [
      '#',
      'causeway/#',
      'causeway/channels/#',
      'causeway/channels/+/x',
      '$SYS/#',
      '$CONTROL/#',
      '$share/x/causeway/channels/#',
      'causeway/channels/out/device-two',
    ]) {
      await expect(client.subscribeAsync(filter, { qos: 1 })).rejects.toThrow(REFUSED)
    }
    for (const filter of ['all', 'rooms/#', 'rooms/a/b', 'out/device-one']) {
      await client.subscribeAsync(`causeway/channels/${filter}`, { qos: 1 })
    }
    for (const channel of [
      'rooms',
      'other',
      'out/device-two',
      'out/device-one',
      'rooms/a',
      'all',
    ]) {
      await publish(`causeway/channels/${channel}`)
    }
    await waitFor(() => heard.includes('causeway/channels/all'))
    expect(heard).toEqual(
      ['out/device-one', 'rooms/a', 'all'].map((path) => `causeway/channels/${path}`),
    )
  })

  test('sends to the channels that it may write, and writes no stored message', async () => {
    const rows = [grant('device:writer', 'in.*', 'write'), grant('device:writer', '**', 'read')]
    await devices.put({ principal: 'device:writer', groups: [] }, 'pw', rows)
    const { client } = await device('device:writer', 'pw')
    await client.publishAsync('causeway/publish/in/a', 'x', { qos: 1 })
    for (const topic of [
      'causeway/publish/in',
      'causeway/publish/in/a/b',
      'causeway/publish/out',
      'causeway/channels/in/a',
      '$CONTROL/dynamic-security/v1',
    ]) {
      await expect(client.publishAsync(topic, 'x', { qos: 1 })).rejects.toThrow(REFUSED)
    }
  })

  test('has one client id, its own, and so one connection', async () => {
    await devices.put({ principal: 'device:id', groups: [] }, 'pw', [])
    await expect(device('device:id', 'pw', { clientId: 'device:one' })).rejects.toThrow(REFUSED)
    await expect(device('device:id', 'pw', { clientId: 'causeway-bridge-1' })).rejects.toThrow(
      REFUSED,
    )
    const { client } = await device('device:id', 'pw')
    await device('device:id', 'pw')
    await waitFor(() => !client.connected)
  })

  test('may keep nothing at the broker', async () => {
    await devices.put({ principal: 'device:keep', groups: [] }, 'pw', [
      grant('device:keep', '**', 'write'),
    ])
    const { client } = await device('device:keep', 'pw')
    const sent = client.publishAsync('causeway/publish/a', 'x', { qos: 1, retain: true })
    await expect(
      Promise.race([
        sent,
        new Promise((_, reject) => client.once('close', () => reject(new Error('closed')))),
      ]),
    ).rejects.toThrow(/close/)
  })

  test('loses what is taken away while it is connected, and gets what is given', async () => {
    const principal = 'device:changing'
    await devices.put({ principal, groups: ['staff'] }, 'pw', [
      grant('group:staff', 'secret.*', 'read'),
    ])
    const { client, heard } = await device(principal, 'pw')
    await client.subscribeAsync('causeway/channels/secret/+', { qos: 1 })
    await publish('causeway/channels/secret/1')
    await waitFor(() => heard.length === 1)
    await devices.follow([grant('device:*', 'open', 'read')])
    await publish('causeway/channels/secret/2')
    await expect(client.subscribeAsync('causeway/channels/secret/+')).rejects.toThrow(REFUSED)
    await client.subscribeAsync('causeway/channels/open', { qos: 1 })
    await publish('causeway/channels/open')
    await waitFor(() => heard.length === 2)
    expect(heard).toEqual(['causeway/channels/secret/1', 'causeway/channels/open'])
    expect(client.connected).toBe(true)
  })

  test('hears nothing while it is banned', async () => {
    const principal = 'device:banned'
    const rows = [grant(principal, 'a', 'read'), grant(principal, 'b', 'read')]
    const ban = { kind: 'revocation', subject: principal, until: Infinity } as const
    await devices.put({ principal, groups: [] }, 'pw', rows)
    const { client, heard } = await device(principal, 'pw')
    await client.subscribeAsync(['causeway/channels/a', 'causeway/channels/b'], { qos: 1 })
    await devices.follow([...rows, { ...ban, notBefore: Infinity }])
    await publish('causeway/channels/a')
    // Its tokens of before are refused, but it is not banned.
    await devices.follow([...rows, { ...ban, notBefore: 0 }])
    await publish('causeway/channels/b')
    await waitFor(() => heard.length > 0)
    expect(heard).toEqual(['causeway/channels/b'])
  })

  test('hears, when it returns, only what it may hear by then', async () => {
    const principal = 'device:away'
    const session = { clean: false, properties: { sessionExpiryInterval: 600 } }
    await devices.put({ principal, groups: [] }, 'pw', [grant(principal, '*', 'read')])
    const before = await device(principal, 'pw', session)
    await before.client.subscribeAsync('causeway/channels/+', { qos: 1 })
    await before.client.endAsync()
    for (const channel of ['a', 'b', 'c']) await publish(`causeway/channels/${channel}`)
    await devices.follow([grant(principal, 'a', 'read'), grant(principal, 'c', 'read')])
    const { heard } = await device(principal, 'pw', session)
    await waitFor(() => heard.includes('causeway/channels/c'))
    expect(heard).toEqual(['causeway/channels/a', 'causeway/channels/c'])
  })

  test('is cut off by a new password, and when it is removed', async () => {
    const principal = 'device:leaving'
    await devices.put({ principal, groups: [] }, 'old', [])
    const before = await device(principal, 'old')
    await devices.put({ principal, groups: ['staff'] }, 'new', [])
    await waitFor(() => !before.client.connected)
    await expect(device(principal, 'old')).rejects.toThrow(REFUSED)
    const after = await device(principal, 'new')
    expect(await devices.list()).toContainEqual({ principal, groups: ['staff'] })
    await devices.remove(principal)
    await waitFor(() => !after.client.connected)
    await expect(device(principal, 'new')).rejects.toThrow(REFUSED)
    expect(await devices.list()).not.toContainEqual(expect.objectContaining({ principal }))
    // Once more is no error, and no service is a device.
    await devices.remove(principal)
    await devices.remove('ingest')
    await publish('causeway/channels/a')
  })
})
