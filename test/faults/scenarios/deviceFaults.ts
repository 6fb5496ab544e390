import { setTimeout as sleep } from 'node:timers/promises'
import mqtt, { type MqttClient } from 'mqtt'
import { BrokerControl } from '../../../chassis/broker/control.ts'
import { Devices } from '../../../chassis/broker/devices.ts'
import { grant, rightsOf } from '../../support/accessRows.ts'
import { comesTrue } from '../../support/waitFor.ts'
import { dump, hashOf } from '../rig/database.ts'
import { untilReady } from '../rig/rig.ts'
import type { Row } from '../judge/records.ts'
import type { Scenario, Scene } from '../scenario.ts'

const PASSWORD = 'of a fault run'
const DEVICES = 4
const EVERY_MS = 10
/** A session whose ingest died is adopted five seconds later, and then its posts must be stored. */
const STORED_WITHIN_SECONDS = 30

export const deviceFaults: Scenario[] = [
  {
    id: 'F41',
    title: 'each ingest killed in turn while devices publish by MQTT 3.1.1 and 5',
    // Posts that a dead ingest had wait until another one has adopted its session.
    limits: { postsMayFail: true, answerWithinMs: 16_000 },
    run: (scene) =>
      whileDevicesPublish(scene, async () => {
        for (const ingest of scene.rig.children('ingest')) {
          await scene.seconds(3)
          await ingest.stop('SIGKILL')
          await scene.seconds(3)
          await ingest.start()
          await untilReady(ingest)
        }
        await scene.seconds(3)
      }),
  },
]

/** What a device has published, by the hash of its data. */
type Published = Map<string, { channel: string; at: number }>

/** Devices without keys, because those need ingest's own to be stored once. Afterwards each of their posts must be there once. */
async function whileDevicesPublish(scene: Scene, act: () => Promise<void>): Promise<void> {
  const published: Published = new Map()
  const over = new AbortController()
  const clients = await openDevices(scene)
  const publishing = clients.map((client, at) =>
    publishUntil(over.signal, client, `device:fault-${at}`, scene, published),
  )
  try {
    await act()
  } finally {
    over.abort()
    await Promise.all(publishing)
    await Promise.all(clients.map((client) => client.endAsync()))
  }
  await checkAll(scene, published)
}

async function openDevices({ rig }: Scene): Promise<MqttClient[]> {
  const admin = await mqtt.connectAsync(rig.stack.mqttUrl, { protocolVersion: 5 })
  const devices = new Devices(new BrokerControl(admin), 'causeway')
  const rights = rightsOf(grant('device:*', 'faults.**', 'write'))
  const clients: MqttClient[] = []
  for (let at = 0; at < DEVICES; at++) {
    const principal = `device:fault-${at}`
    await devices.put({ principal, groups: [] }, PASSWORD, rights)
    const url = new URL(rig.stack.mqttUrl)
    url.username = encodeURIComponent(principal)
    url.password = encodeURIComponent(PASSWORD)
    const protocolVersion = at % 2 === 0 ? 4 : 5
    clients.push(await mqtt.connectAsync(url.href, { protocolVersion, clientId: principal }))
  }
  await admin.endAsync()
  return clients
}

async function publishUntil(
  over: AbortSignal,
  client: MqttClient,
  principal: string,
  { channels, random }: Scene,
  published: Published,
): Promise<void> {
  for (let number = 0; !over.aborted; number++) {
    const data = JSON.stringify({ principal, number })
    const channel = random.pick(channels)
    published.set(hashOf(data), { channel, at: Date.now() })
    const topic = `causeway/publish-as/${principal}/${channel.replaceAll('.', '/')}`
    await client.publishAsync(topic, data, { qos: 1 })
    await sleep(EVERY_MS)
  }
}

async function checkAll(scene: Scene, published: Published): Promise<void> {
  const { rig, base, expect, note, posted } = scene
  let rows: Row[] = []
  const isThere = async (): Promise<boolean> => {
    const all = await dump(rig.databaseUrl, base)
    rows = all.filter(({ hash }) => published.has(hash))
    return new Set(rows.map(({ hash }) => hash)).size === published.size
  }
  await comesTrue(isThere, STORED_WITHIN_SECONDS, 500)
  const different = new Set(rows.map(({ hash }) => hash)).size
  const [lost, doubled] = [published.size - different, rows.length - different]
  note(`devices published ${published.size} posts: ${lost} lost, ${doubled} doubled`)
  expect(lost === 0, `${lost} posts of devices were lost`)
  expect(doubled === 0, `${doubled} posts of devices were stored twice`)
  for (const { hash, key, position, id, sentAt } of rows) {
    const { channel, at } = published.get(hash) ?? { channel: '', at: 0 }
    const ms = Math.max(0, sentAt - at)
    const stored = { outcome: 'created' as const, status: 201, position, id }
    posted({ t: 'post', at, ms, key: key ?? '', channel, hash, via: 'mqtt', ...stored })
  }
}
