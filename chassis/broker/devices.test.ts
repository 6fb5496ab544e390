import { beforeAll, describe, expect, test } from '@jest/globals'
import { grant, revocation, rightsOf } from '../../test/support/accessRows.ts'
import { disposables } from '../../test/support/disposables.ts'
import { REFUSED, TestBroker } from '../../test/support/testBroker.ts'
import { waitFor } from '../../test/support/waitFor.ts'
import type { Devices } from './devices.ts'

const opened = disposables()
let broker: TestBroker
let devices: Devices

beforeAll(async () => {
  broker = await TestBroker.open(opened)
  devices = await broker.devices()
})

const SESSION = { clean: false, properties: { sessionExpiryInterval: 600 } }

describe('a device at the broker', () => {
  test('hears the channels of its grants, and no other', async () => {
    const rows = [
      grant('device:*', 'all', 'read'),
      grant('device:one', 'rooms.**', 'read'),
      grant('device:one', 'out.{sub}', 'read'),
      grant('device:two', '**', 'read'),
    ]
    await devices.put({ principal: 'device:one', groups: [] }, 'pw', rightsOf(...rows))
    const { client, heard } = await broker.device('device:one', 'pw')
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
      await broker.publish(`causeway/channels/${channel}`)
    }
    await waitFor(() => heard.includes('causeway/channels/all'))
    expect(heard).toEqual(
      ['out/device-one', 'rooms/a', 'all'].map((path) => `causeway/channels/${path}`),
    )
  })

  test('with a grant on all channels hears no hidden ones but those that another grant names', async () => {
    const rows = [
      grant('device:wide', '**', 'read'),
      grant('device:wide', '_.private.ours', 'read'),
    ]
    await devices.put({ principal: 'device:wide', groups: [] }, 'pw', rightsOf(...rows))
    const { client, heard } = await broker.device('device:wide', 'pw')
    await client.subscribeAsync('causeway/channels/#', { qos: 1 })
    for (const channel of ['_/direct/x', '_/private/theirs', '_/private/ours', '_', 'lobby']) {
      await broker.publish(`causeway/channels/${channel}`)
    }
    await waitFor(() => heard.includes('causeway/channels/lobby'))
    expect(heard).toEqual(['causeway/channels/_/private/ours', 'causeway/channels/lobby'])
  })

  test('posts to the channels that it may write, in its own name, and writes no stored message', async () => {
    const rows = [
      grant('device:writer', 'in.*', 'write'),
      grant('device:writer', '*.{sub}', 'write'),
      grant('device:writer', '**', 'read'),
    ]
    await devices.put({ principal: 'device:writer', groups: [] }, 'pw', rightsOf(...rows))
    const { client } = await broker.device('device:writer', 'pw')
    for (const topic of [
      'causeway/publish-as/device:writer/in/a',
      'causeway/publish-as/device:writer/own/device-writer',
      'causeway/publish/own/device-writer',
    ]) {
      await client.publishAsync(topic, 'x', { qos: 1 })
    }
    for (const topic of [
      'causeway/publish-as/device:writer/in',
      'causeway/publish-as/device:writer/in/a/b',
      'causeway/publish-as/device:writer/out',
      'causeway/publish-as/device:other/in/a',
      'causeway/publish-as/device:other/own/device-writer',
      // Nobody could tell whose it is.
      'causeway/publish/in/a',
      'causeway/publish/own/device-other',
      'causeway/channels/in/a',
      'causeway/receipts/device:writer',
      'causeway/sessions/x',
      '$CONTROL/dynamic-security/v1',
    ]) {
      await expect(client.publishAsync(topic, 'x', { qos: 1 })).rejects.toThrow(REFUSED)
    }
  })

  test('hears the receipts of its own posts, and of no others', async () => {
    const rows = [grant('device:sender', 'in.*', 'write')]
    await devices.put({ principal: 'device:sender', groups: [] }, 'pw', rightsOf(...rows))
    const { client, heard } = await broker.device('device:sender', 'pw')
    for (const filter of [
      'causeway/receipts/#',
      'causeway/receipts/+',
      'causeway/receipts/device:other',
      'causeway/publish-as/device:sender/#',
      'causeway/publish-as/#',
      'causeway/publish/#',
      'causeway/sessions/#',
    ]) {
      await expect(client.subscribeAsync(filter, { qos: 1 })).rejects.toThrow(REFUSED)
    }
    await client.subscribeAsync('causeway/receipts/device:sender/#', { qos: 1 })
    for (const path of ['device:other', 'device:sender', 'device:sender/a']) {
      await broker.publish(`causeway/receipts/${path}`)
    }
    await waitFor(() => heard.length === 2)
    expect(heard).toEqual(['causeway/receipts/device:sender', 'causeway/receipts/device:sender/a'])
  })

  test('may keep nothing at the broker', async () => {
    await devices.put(
      { principal: 'device:keep', groups: [] },
      'pw',
      rightsOf(grant('device:keep', '**', 'write')),
    )
    const { client } = await broker.device('device:keep', 'pw')
    const sent = client.publishAsync('causeway/publish-as/device:keep/a', 'x', {
      qos: 1,
      retain: true,
    })
    await expect(
      Promise.race([
        sent,
        new Promise((_, reject) => client.once('close', () => reject(new Error('closed')))),
      ]),
    ).rejects.toThrow(/close/)
  })

  test('loses what is taken away while it is connected, and gets what is given', async () => {
    const principal = 'device:changing'
    await devices.put(
      { principal, groups: ['staff'] },
      'pw',
      rightsOf(grant('group:staff', 'secret.*', 'read')),
    )
    const { client, heard } = await broker.device(principal, 'pw')
    await client.subscribeAsync('causeway/channels/secret/+', { qos: 1 })
    await broker.publish('causeway/channels/secret/1')
    await waitFor(() => heard.length === 1)
    await devices.follow(async () => rightsOf(grant('device:*', 'open', 'read')))
    await broker.publish('causeway/channels/secret/2')
    await expect(client.subscribeAsync('causeway/channels/secret/+')).rejects.toThrow(REFUSED)
    await client.subscribeAsync('causeway/channels/open', { qos: 1 })
    await broker.publish('causeway/channels/open')
    await waitFor(() => heard.length === 2)
    expect(heard).toEqual(['causeway/channels/secret/1', 'causeway/channels/open'])
    expect(client.connected).toBe(true)
  })

  test('of another prefix is none of ours', async () => {
    const principal = 'device:foreign'
    const others = await broker.devices('other')
    await others.put({ principal, groups: [] }, 'pw', rightsOf(grant(principal, 'a', 'read')))
    const { client } = await broker.device(principal, 'pw')
    await devices.follow(async () => rightsOf(revocation(principal, Infinity)))
    await devices.remove(principal)
    expect(await devices.list()).not.toContainEqual(expect.objectContaining({ principal }))
    await client.subscribeAsync('other/channels/a', { qos: 1 })
    expect(client.connected).toBe(true)
  })

  test('is one of many, all of which are found', async () => {
    const names = Array.from({ length: 45 }, (_, at) => `device:many-${at}`)
    for (const principal of names) await devices.put({ principal, groups: [] }, 'pw', rightsOf())
    const list = await devices.list()
    expect(list.map(({ principal }) => principal)).toEqual(expect.arrayContaining(names))
    await devices.follow(async () => rightsOf(grant('device:*', 'many', 'read')))
    const last = await broker.device(names.at(-1) ?? '', 'pw')
    await last.client.subscribeAsync('causeway/channels/many', { qos: 1 })
  })

  test('hears, when it returns, only what it may hear by then', async () => {
    const principal = 'device:away'
    await devices.put({ principal, groups: [] }, 'pw', rightsOf(grant(principal, '*', 'read')))
    const before = await broker.device(principal, 'pw', SESSION)
    await before.client.subscribeAsync('causeway/channels/+', { qos: 1 })
    await before.client.endAsync()
    for (const channel of ['a', 'b', 'c']) await broker.publish(`causeway/channels/${channel}`)
    await devices.follow(async () =>
      rightsOf(grant(principal, 'a', 'read'), grant(principal, 'c', 'read')),
    )
    const { heard } = await broker.device(principal, 'pw', SESSION)
    await waitFor(() => heard.includes('causeway/channels/c'))
    expect(heard).toEqual(['causeway/channels/a', 'causeway/channels/c'])
  })
})
