import { spawn } from 'node:child_process'
import { once } from 'node:events'
import mqtt, { type MqttClient } from 'mqtt'
import { BrokerControl } from '../../../chassis/broker/control.ts'
import { Devices } from '../../../chassis/broker/devices.ts'
import { grant, rightsOf } from '../../support/accessRows.ts'
import { lackOf } from '../../support/lackOf.ts'
import { brokerArgs } from '../../support/realClients.ts'
import { comesTrue } from '../../support/waitFor.ts'
import { hashOf } from '../rig/database.ts'

/** A client of the broker that posts, and what it was told. */
export interface Device {
  name: string
  /** Resolves when the device need not remember the post any more, as far as it can know. */
  publish: (channel: string, data: string) => Promise<void>
  /** By data: the positions that receipts have named; only a device of MQTT 5 gets any. */
  receipts: Map<string, Set<number>>
  /** Waits until everything is acknowledged. */
  close: () => Promise<void>
}

const PASSWORD = 'of a fault run'
/** A post without a receipt until then is published again, with the same key. */
const RECEIPT_WITHIN_SECONDS = 3
const TIMES = 10
/** One post in so many is published twice at once, with one key. */
const TWICE = 10

/** Devices with users of the broker, that may write to `faults.**`: by MQTT.js and mosquitto_pub, each of both versions of MQTT. */
export async function openDevices(mqttUrl: string): Promise<Device[]> {
  const admin = await mqtt.connectAsync(mqttUrl, { protocolVersion: 5 })
  const users = new Devices(new BrokerControl(admin), 'causeway')
  const rights = rightsOf(grant('device:*', 'faults.**', 'write'))
  const hasPrograms = lackOf('mosquitto_pub') === undefined
  const kinds = [openOld, openNew, ...(hasPrograms ? [openProgram('311'), openProgram('5')] : [])]
  const devices: Device[] = []
  for (const [at, open] of kinds.entries()) {
    const principal = `device:fault-${at}`
    await users.put({ principal, groups: [] }, PASSWORD, rights)
    const url = new URL(mqttUrl)
    url.username = encodeURIComponent(principal)
    url.password = encodeURIComponent(PASSWORD)
    devices.push(await open(url, principal))
  }
  await admin.endAsync()
  return devices
}

const topicOf = (principal: string, channel: string): string =>
  `causeway/publish-as/${principal}/${channel.replaceAll('.', '/')}`

/** Knows only that the broker has its post. */
async function openOld(url: URL, principal: string): Promise<Device> {
  const client = await mqtt.connectAsync(url.href, { protocolVersion: 4, clientId: principal })
  return {
    name: 'MQTT.js 3.1.1',
    receipts: new Map(),
    publish: async (channel, data) => {
      await client.publishAsync(topicOf(principal, channel), data, { qos: 1 })
    },
    close: () => client.endAsync(),
  }
}

/** Gives each post a key, and publishes it until it has a receipt. */
async function openNew(url: URL, principal: string): Promise<Device> {
  const client = await mqtt.connectAsync(url.href, { protocolVersion: 5, clientId: principal })
  const receipts: Device['receipts'] = new Map()
  client.on('message', (_topic, payload, { properties }) => {
    const { position = 0 }: { position?: number } = JSON.parse(String(payload))
    const data = String(properties?.correlationData)
    receipts.set(data, (receipts.get(data) ?? new Set()).add(position))
  })
  await client.subscribeAsync(`causeway/receipts/${principal}/#`, { qos: 1 })
  const open = new Set<Promise<void>>()
  let count = 0
  return {
    name: 'MQTT.js 5',
    receipts,
    publish: async (channel, data) => {
      const send = (): Promise<unknown> => publishNew(client, principal, { channel, data })
      if (count++ % TWICE === 0) await send()
      const settled = untilReceipt(send, () => receipts.has(data))
      open.add(settled)
      void settled.finally(() => open.delete(settled))
    },
    close: async () => {
      await Promise.all(open)
      await client.endAsync()
    },
  }
}

function publishNew(
  client: MqttClient,
  principal: string,
  { channel, data }: { channel: string; data: string },
): Promise<unknown> {
  const properties = {
    responseTopic: `causeway/receipts/${principal}/faults`,
    correlationData: Buffer.from(data),
    userProperties: { 'idempotency-key': hashOf(data) },
  }
  return client.publishAsync(topicOf(principal, channel), data, { qos: 1, properties })
}

async function untilReceipt(send: () => Promise<unknown>, isThere: () => boolean): Promise<void> {
  for (let time = 0; time < TIMES && !isThere(); time++) {
    await send()
    await comesTrue(isThere, RECEIPT_WITHIN_SECONDS, 50)
  }
}

/** Reads lines and publishes each; it posts to one channel, the first that it is asked for. */
function openProgram(version: '311' | '5') {
  return async (url: URL, principal: string): Promise<Device> => {
    let child: ReturnType<typeof start> | undefined
    const start = (channel: string) => {
      const args = ['-V', version, ...brokerArgs(url), '-i', principal, '-q', '1', '-l']
      const topic = ['-t', topicOf(principal, channel)]
      return spawn('mosquitto_pub', [...args, ...topic], { stdio: ['pipe', 'ignore', 'inherit'] })
    }
    return {
      name: `mosquitto_pub ${version}`,
      receipts: new Map(),
      publish: async (channel, data) => {
        child ??= start(channel)
        child.stdin.write(`${data}\n`)
      },
      close: async () => {
        if (child === undefined) return
        child.stdin.end()
        if (child.exitCode === null) await once(child, 'exit')
      },
    }
  }
}
