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

describe('a connected device', () => {
  test('is cut off by a ban, and comes in again only when the ban has ended', async () => {
    const principal = 'device:banned'
    const rows = [grant(principal, 'a', 'read')]
    await devices.put({ principal, groups: [] }, 'pw', rightsOf(...rows))
    const before = await broker.device(principal, 'pw', SESSION)
    await before.client.subscribeAsync('causeway/channels/a', { qos: 1 })
    const banned = rightsOf(...rows, revocation(principal, Infinity))
    await devices.follow(async () => banned)
    await waitFor(() => !before.client.connected)
    await expect(broker.device(principal, 'pw')).rejects.toThrow(REFUSED)
    // Neither does a new password help.
    await devices.put({ principal, groups: [] }, 'new', banned)
    await expect(broker.device(principal, 'new')).rejects.toThrow(REFUSED)
    await broker.publish('causeway/channels/a')
    await devices.follow(async () => rightsOf(...rows, revocation(principal, Date.now())))
    const after = await broker.device(principal, 'new', SESSION)
    await after.client.subscribeAsync('causeway/channels/a', { qos: 1 })
    await broker.publish('causeway/channels/a')
    await waitFor(() => after.heard.length > 0)
    // It did not wait for the one of the time of the ban.
    expect([...before.heard, ...after.heard]).toEqual(['causeway/channels/a'])
  })

  test('is not let in by another replica whose rights are of before the ban', async () => {
    const principal = 'device:raced'
    const free = rightsOf(grant(principal, 'a', 'read'))
    const banned = rightsOf(grant(principal, 'a', 'read'), revocation(principal, Infinity))
    await devices.put({ principal, groups: [] }, 'pw', free)
    const replica = await broker.devices()
    let rights = free
    // The ban comes, and is obeyed, while the answer is on its way to the replica.
    await replica.follow(async () => {
      const answer = rights
      if (rights === free) await devices.follow(async () => (rights = banned))
      return answer
    })
    await expect(broker.device(principal, 'pw')).rejects.toThrow(REFUSED)
    await devices.follow(async () => free)
    await broker.device(principal, 'pw')
  })

  test('is cut off once by a revocation, and stays the same user', async () => {
    const principal = 'device:revoked'
    const rows = [grant('group:staff', 'a', 'read'), revocation(principal, 1_700_000_000_123.4)]
    await devices.put({ principal, groups: ['staff'] }, 'pw', rightsOf(...rows.slice(0, 1)))
    const before = await broker.device(principal, 'pw')
    await devices.follow(async () => rightsOf(...rows))
    await waitFor(() => !before.client.connected)
    const after = await broker.device(principal, 'pw')
    await devices.follow(async () => rightsOf(...rows))
    await after.client.subscribeAsync('causeway/channels/a', { qos: 1 })
    expect(after.client.connected).toBe(true)
    await expect(broker.device(principal, 'pw', { clientId: 'other' })).rejects.toThrow(REFUSED)
    await devices.follow(async () => rightsOf(...rows, revocation(principal, 1_700_000_000_200)))
    await waitFor(() => !after.client.connected)
  })

  test('is cut off by a new password, and when it is removed', async () => {
    const principal = 'device:leaving'
    await devices.put({ principal, groups: [] }, 'old', rightsOf())
    const before = await broker.device(principal, 'old')
    await devices.put({ principal, groups: ['staff'] }, 'new', rightsOf())
    await waitFor(() => !before.client.connected)
    await expect(broker.device(principal, 'old')).rejects.toThrow(REFUSED)
    const after = await broker.device(principal, 'new')
    expect(await devices.list()).toContainEqual({ principal, groups: ['staff'] })
    await devices.remove(principal)
    await waitFor(() => !after.client.connected)
    await expect(broker.device(principal, 'new')).rejects.toThrow(REFUSED)
    expect(await devices.list()).not.toContainEqual(expect.objectContaining({ principal }))
    // Once more is no error, and no service is a device.
    await devices.remove(principal)
    await devices.remove('ingest')
    await broker.publish('causeway/channels/a')
  })

  test('has one client id, its own, and so one connection', async () => {
    await devices.put({ principal: 'device:id', groups: [] }, 'pw', rightsOf())
    await expect(broker.device('device:id', 'pw', { clientId: 'device:one' })).rejects.toThrow(
      REFUSED,
    )
    await expect(
      broker.device('device:id', 'pw', { clientId: 'causeway-bridge-1' }),
    ).rejects.toThrow(REFUSED)
    const { client } = await broker.device('device:id', 'pw')
    await broker.device('device:id', 'pw')
    await waitFor(() => !client.connected)
  })
})
