import type { IPublishPacket } from 'mqtt'
import { Registry } from 'prom-client'
import { beforeEach, expect, test } from '@jest/globals'
import { createRequireAccess } from '../chassis/auth/middleware.ts'
import type { AccessRow } from '../contract/access.ts'
import { disposables } from '../test/support/disposables.ts'
import { grant, revocation } from '../test/support/accessRows.ts'
import { ingestLimits } from '../test/support/ingestLimits.ts'
import { settle, TestAccess } from '../test/support/testAccess.ts'
import { copyKeys } from '../test/support/testRedis.ts'
import { AcceptSignal } from './acceptSignal.ts'
import { createIngestMetrics } from './metrics.ts'
import { isMqttSignal, MqttSignals } from './mqttSignals.ts'

const opened = disposables()
let sent: [channel: string, json: string][]

beforeEach(() => {
  sent = []
})

async function door(...rows: AccessRow[]): Promise<MqttSignals> {
  const { access, stop } = new TestAccess(...rows)
  opened.add(stop)
  await settle()
  return new MqttSignals({
    prefix: 'causeway',
    acceptSignal: new AcceptSignal({
      requireAccess: createRequireAccess(access),
      copyKeys,
      publish: (channel, json) => sent.push([channel, json]) > 0,
      wallNow: () => Date.now(),
    }),
    limit: ingestLimits(new Registry(), { signalsPerMinute: 3 }).signals,
    access,
    signals: createIngestMetrics(new Registry()).signals,
  })
}

function packet(topic: string, payload: string, more: Record<string, string> = {}): IPublishPacket {
  const userProperties = { signal: 'true', ...more }
  const fixed = { cmd: 'publish', qos: 0, dup: false, retain: false } as const
  return { ...fixed, topic: `causeway/${topic}`, payload, properties: { userProperties } }
}

test('A device signals on the channels that it may write, as itself', async () => {
  const signals = await door(grant('device:t1', 'rooms.*', 'write'))
  signals.handle(packet('publish-as/device:t1/rooms/a', '{"n":1.10}', { type: 'state' }))
  signals.handle(packet('publish-as/device:t1/other', '1'))
  signals.handle(packet('publish-as/device:t2/rooms/a', '1'))
  expect(sent.map(([channel]) => channel)).toEqual(['rooms.a'])
  expect(JSON.parse(sent[0]?.[1] ?? '')).toMatchObject({
    type: 'state',
    sender: { id: 'device:t1', name: 't1' },
    data: { n: 1.1 },
  })
})

test('A device that is banned, sends too much or too often is not heard', async () => {
  const signals = await door(grant('device:*', 'a', 'write'), revocation('device:t2', Infinity))
  signals.handle(packet('publish-as/device:t2/a', '1'))
  signals.handle(packet('publish-as/device:t1/a', `"${'x'.repeat(5_000)}"`))
  expect(sent).toEqual([])
  for (let n = 0; n < 5; n++) signals.handle(packet('publish-as/device:t1/a', String(n)))
  expect(sent.length).toBeLessThan(3)
})

test('Only a packet that says so is a signal', () => {
  const without = packet('publish-as/device:t1/a', '1', { signal: 'yes' })
  expect([isMqttSignal(without), isMqttSignal(packet('x', '1'))]).toEqual([false, true])
})
