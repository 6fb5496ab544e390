import { setTimeout as sleep } from 'node:timers/promises'
import { comesTrue } from '../../support/waitFor.ts'
import { dump, hashOf } from '../rig/database.ts'
import type { Row } from '../judge/records.ts'
import type { Scenario, Scene } from '../scenario.ts'
import { type Device, openDevices } from '../traffic/devices.ts'
import { killEachIngest } from './actions.ts'

const EVERY_MS = 10
/** A session whose ingest died is adopted five seconds later, and then its posts must be stored: on any machine. */
const STORED_WITHIN_SECONDS = 90

export const deviceFaults: Scenario[] = [
  {
    id: 'F41',
    title:
      'each ingest killed in turn while devices publish by MQTT 3.1.1 and 5, by MQTT.js and mosquitto_pub',
    // Posts that a dead ingest had wait until another one has adopted its session.
    limits: { postsMayFail: true, answerWithinMs: 16_000 },
    run: (scene) => whileDevicesPublish(scene, () => killEachIngest(scene)),
  },
]

/** What devices have published, by the hash of its data. */
type Published = Map<string, { device: Device; data: string; channel: string; at: number }>

/** Afterwards each post must be there once, also those of devices that can give no key, because ingest gives them one of its own. */
async function whileDevicesPublish(scene: Scene, act: () => Promise<void>): Promise<void> {
  const published: Published = new Map()
  const over = new AbortController()
  const devices = await openDevices(scene.rig.stack.mqttUrl)
  const publishing = devices.map((device) => publishUntil(over.signal, device, scene, published))
  try {
    await act()
  } finally {
    over.abort()
    await Promise.all(publishing)
    await Promise.all(devices.map((device) => device.close()))
  }
  await checkAll(scene, published, devices)
}

async function publishUntil(
  over: AbortSignal,
  device: Device,
  { channels, random }: Scene,
  published: Published,
): Promise<void> {
  // One of them has one channel for all its posts.
  const own = random.pick(channels)
  for (let number = 0; !over.aborted; number++) {
    const data = JSON.stringify({ device: device.name, number })
    const channel = device.name.startsWith('mosquitto_pub') ? own : random.pick(channels)
    published.set(hashOf(data), { device, data, channel, at: Date.now() })
    await device.publish(channel, data)
    await sleep(EVERY_MS)
  }
}

async function checkAll(
  scene: Scene,
  published: Published,
  devices: readonly Device[],
): Promise<void> {
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
  const names = devices.map(({ name }) => name).join(', ')
  note(`devices (${names}) published ${published.size} posts: ${lost} lost, ${doubled} doubled`)
  expect(lost === 0, `${lost} posts of devices were lost`)
  expect(doubled === 0, `${doubled} posts of devices were stored twice`)
  checkReceipts(scene, rows, published)
  for (const { hash, key, position, id, sentAt } of rows) {
    const { channel, at } = published.get(hash) ?? { channel: '', at: 0 }
    const ms = Math.max(0, sentAt - at)
    const stored = { outcome: 'created' as const, status: 201, position, id }
    posted({ t: 'post', at, ms, key: key ?? '', channel, hash, via: 'mqtt', ...stored })
  }
}

/** Each post of a device that gets receipts must have some, and all of them must name its position. */
function checkReceipts({ expect, note }: Scene, rows: readonly Row[], published: Published): void {
  let [right, wrong] = [0, 0]
  for (const { hash, position } of rows) {
    const { device, data } = published.get(hash) ?? {}
    if (device === undefined || data === undefined || device.receipts.size === 0) continue
    const named = [...(device.receipts.get(data) ?? [])]
    if (named.length === 1 && named[0] === position) right++
    else wrong++
  }
  note(`posts whose receipts name their position: ${right}`)
  expect(right > 0 && wrong === 0, `${wrong} posts have no receipt, or one with another position`)
}
