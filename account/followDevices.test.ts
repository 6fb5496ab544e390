import { beforeAll, describe, expect, test } from '@jest/globals'
import type { MqttClient } from 'mqtt'
import { pino } from 'pino'
import { AccessTable } from '../chassis/auth/accessTable.ts'
import type { Devices } from '../chassis/broker/devices.ts'
import { clock } from '../chassis/clock.ts'
import { disposables } from '../test/support/disposables.ts'
import { REFUSED, TestBroker } from '../test/support/testBroker.ts'
import { testDatabase } from '../test/support/testDatabase.ts'
import { comesTrue, waitFor } from '../test/support/waitFor.ts'
import { Database } from './database.ts'
import { followDevices } from './deviceFollower.ts'
import { GrantTable } from './grantTable.ts'
import { Revocations } from './revocations.ts'

const opened = disposables()
let broker: TestBroker
let devices: Devices
let grants: GrantTable
let revocations: Revocations
/** What one more account process does at a broker, until the end of the tests. */
let follow: (at: TestBroker) => void

beforeAll(async () => {
  broker = await TestBroker.open(opened)
  devices = await broker.devices()
  const databaseUrl = await testDatabase()
  const database = new Database({ databaseUrl, connections: 4, onError: () => {} })
  opened.add(() => database.close())
  grants = new GrantTable({ database, maxGrants: 100 })
  revocations = new Revocations({ database, tokenSeconds: 300 })
  follow = ({ accountUrl }) =>
    opened.add(
      followDevices({
        url: accountUrl,
        prefix: 'causeway',
        changes: (after, limit) => database.accessChanges(after, limit),
        clock,
        logger: pino({ level: 'silent' }),
      }),
    )
  follow(broker)
  follow(broker)
})

const add = (principal: string, groups: string[] = []): Promise<void> =>
  devices.put({ principal, groups }, 'pw', new AccessTable())
const grant = (subject: string, ...actions: ('read' | 'write')[]) =>
  grants.put({ subject, pattern: 'rooms.*', actions })

/** Whether the broker now lets a device listen. */
const mayListen = (client: MqttClient): Promise<boolean> =>
  client.subscribeAsync('causeway/channels/rooms/+', { qos: 1 }).then(
    () => true,
    () => false,
  )

const mayCome = (principal: string): Promise<boolean> =>
  broker.device(principal, 'pw').then(
    ({ client }) => client.endAsync().then(() => true),
    () => false,
  )

describe('Account, with two replicas, makes a device at the broker', () => {
  test('get what is granted to it, and lose what is taken away, while it is connected', async () => {
    await add('device:a')
    const { client, heard } = await broker.device('device:a', 'pw')
    expect(await mayListen(client)).toBe(false)
    await grant('device:a', 'read', 'write')
    await waitFor(() => mayListen(client))
    await client.publishAsync('causeway/publish-as/device:a/rooms/x', 'x', { qos: 1 })
    await broker.publish('causeway/channels/rooms/x')
    await waitFor(() => heard.length === 1)
    await grants.remove('device:a', 'rooms.*')
    await waitFor(async () => !(await mayListen(client)))
    await expect(
      client.publishAsync('causeway/publish-as/device:a/rooms/x', 'x', { qos: 1 }),
    ).rejects.toThrow(REFUSED)
    // What it hears in the end shows that the subscription that stands brought nothing before it.
    await broker.publish('causeway/channels/rooms/lost')
    await grants.put({ subject: 'device:a', pattern: 'end', actions: ['read'] })
    await waitFor(() =>
      client.subscribeAsync('causeway/channels/end').then(
        () => true,
        () => false,
      ),
    )
    await broker.publish('causeway/channels/end')
    await waitFor(() => heard.length > 1)
    expect(heard).toEqual(['causeway/channels/rooms/x', 'causeway/channels/end'])
    expect(client.connected).toBe(true)
  })

  test('get what its group and all devices may', async () => {
    await add('device:b', ['staff'])
    const { client } = await broker.device('device:b', 'pw')
    await grant('group:staff', 'read')
    await waitFor(() => mayListen(client))
    await grants.remove('group:staff', 'rooms.*')
    await waitFor(async () => !(await mayListen(client)))
    await grant('device:*', 'read')
    expect(await comesTrue(() => mayListen(client))).toBe(true)
    await grants.remove('device:*', 'rooms.*')
  })

  test('go when it is banned, and come back when it is not', async () => {
    await add('device:c')
    const { client } = await broker.device('device:c', 'pw')
    const other = await broker.device('device:a', 'pw')
    await revocations.ban('device:c')
    await waitFor(() => !client.connected)
    await expect(broker.device('device:c', 'pw')).rejects.toThrow(REFUSED)
    expect(other.client.connected).toBe(true)
    await revocations.unban('device:c')
    await waitFor(() => mayCome('device:c'))
  })

  test('go once when it is revoked', async () => {
    await add('device:d')
    const { client } = await broker.device('device:d', 'pw')
    await revocations.revoke('device:d')
    await waitFor(() => !client.connected)
    expect(await comesTrue(() => mayCome('device:d'))).toBe(true)
  })

  test('follow what happened while the broker was away', async () => {
    await add('device:e')
    await add('device:f')
    await grant('device:f', 'read')
    const before = await broker.device('device:f', 'pw')
    await waitFor(() => mayListen(before.client))
    await broker.stop()
    await revocations.ban('device:e')
    await grants.remove('device:f', 'rooms.*')
    await broker.start()
    expect(await comesTrue(async () => !(await mayCome('device:e')))).toBe(true)
    const { client } = await broker.device('device:f', 'pw')
    expect(await comesTrue(async () => !(await mayListen(client)))).toBe(true)
  })

  test('follow what happened before account ran', async () => {
    const alone = await TestBroker.open(opened)
    const before = await alone.devices()
    await before.put({ principal: 'device:e', groups: [] }, 'pw', new AccessTable())
    const { client } = await alone.device('device:e', 'pw')
    // It was banned in the test before.
    follow(alone)
    await waitFor(() => !client.connected)
    await expect(alone.device('device:e', 'pw')).rejects.toThrow(REFUSED)
  })
})
