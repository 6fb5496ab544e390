import { mkdtemp, rm } from 'node:fs/promises'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, test } from '@jest/globals'
import type { MqttClient } from 'mqtt'
import { pino } from 'pino'
import { MAX_PACKET_BYTES } from '../contract/limits.ts'
import type { Child } from '../stack/child.ts'
import { mosquitto } from '../stack/mosquitto.ts'
import { freePort } from '../stack/ports.ts'
import { Supervisor } from '../stack/supervisor.ts'
import { disposables } from '../test/support/disposables.ts'
import { waitFor } from '../test/support/waitFor.ts'
import { connectMqtt, endMqtt } from './mqtt.ts'

const opened = disposables()
let lines: string[]
const logger = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) })

beforeEach(() => {
  lines = []
})

const messages = (): string[] => lines.map((line) => JSON.parse(line).msg)

async function ownBroker(): Promise<{ url: string; server: Child }> {
  const dir = await mkdtemp(join(tmpdir(), 'causeway-mosquitto-'))
  opened.add(() => rm(dir, { recursive: true, force: true }))
  const supervisor = await Supervisor.open({ dir })
  opened.add(() => supervisor.stop())
  const spec = mosquitto({ dir: join(dir, 'mosquitto'), port: await freePort() })
  return { url: spec.url, server: await supervisor.start(spec) }
}

function open(url: string): MqttClient {
  const client = connectMqtt(url, 'test', logger)
  opened.add(() => endMqtt(client, 500))
  return client
}

/** Unlike `once` of node:events it does not take an 'error' for the end. */
function next(client: MqttClient, event: 'connect' | 'close'): Promise<void> {
  return new Promise((resolve) => {
    client.once(event, () => resolve())
  })
}

test('An MQTT connection reconnects with an empty session, and its log says so once', async () => {
  const { url, server } = await ownBroker()
  const client = open(url)
  const sessions: boolean[] = []
  client.on('connect', (packet) => void sessions.push(packet.sessionPresent))
  await waitFor(() => sessions.length === 1)
  await server.stop('SIGKILL')
  await waitFor(() => !client.connected)
  // Long enough for it to have tried, and failed, to come back.
  await next(client, 'close')
  await server.start()
  await waitFor(() => sessions.length === 2)
  expect(sessions).toEqual([false, false])
  expect(messages()).toEqual(['MQTT is away', 'MQTT is back'])
})

test('An MQTT connection that a broker refuses at first is made when the broker accepts it', async () => {
  const { url } = await ownBroker()
  let refusals = 0
  // CONNACK of MQTT 5: server unavailable.
  const refusing = createServer((socket) => {
    refusals++
    socket.on('error', () => {})
    socket.end(Buffer.from([0x20, 3, 0, 0x88, 0]))
  }).listen(0, '127.0.0.1')
  await once(refusing, 'listening')
  const address = refusing.address()
  if (address === null || typeof address === 'string') throw new Error('not listening')
  const client = open(`mqtt://127.0.0.1:${address.port}`)
  await waitFor(() => refusals === 2)
  refusing.close()
  const { port, username, password } = new URL(url)
  Object.assign(client.options, { port: Number(port), username, password })
  await waitFor(() => client.connected)
  expect(messages()).toEqual(['MQTT is away', 'MQTT is back'])
})

test('An MQTT connection asks its broker for no packet larger than our largest', async () => {
  const heard = createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1')
  opened.add(() => heard.close())
  await once(heard, 'listening')
  const address = heard.address()
  if (address === null || typeof address === 'string') throw new Error('not listening')
  const client = open(`mqtt://127.0.0.1:${address.port}`)
  const [socket] = await once(heard, 'connection')
  const [connect] = await once(socket, 'data')
  await endMqtt(client, 0)
  // MQTT 5: the property Maximum Packet Size, four bytes.
  const property = Buffer.from([0x27, 0, 0, 0, 0])
  property.writeUInt32BE(MAX_PACKET_BYTES, 1)
  expect(connect.includes(property)).toBe(true)
})

test('Two MQTT connections of one role have different ids, so that they do not push each other off', async () => {
  const { url } = await ownBroker()
  const [one, other] = [open(url), open(url)]
  await waitFor(() => one.connected && other.connected)
  expect(one.options.clientId).not.toBe(other.options.clientId)
  await one.subscribeAsync('a')
  const heard: string[] = []
  one.on('message', (topic, payload) => void heard.push(`${topic} ${String(payload)}`))
  await other.publishAsync('a', 'x')
  await waitFor(() => heard.length > 0)
  expect(heard).toEqual(['a x'])
  expect(messages()).toEqual([])
})

test('Ending an MQTT connection disconnects from the broker, and the log says nothing', async () => {
  const { url } = await ownBroker()
  const client = open(url)
  await next(client, 'connect')
  await endMqtt(client, 10_000)
  expect([client.connected, messages()]).toEqual([false, []])
})

test('Ending an MQTT connection is bounded if the broker never acknowledges', async () => {
  const { url, server } = await ownBroker()
  const client = open(url)
  await next(client, 'connect')
  if (server.pid !== null) process.kill(server.pid, 'SIGSTOP')
  client.publish('a', 'x', { qos: 1 }, () => {})
  await endMqtt(client, 100)
  if (server.pid !== null) process.kill(server.pid, 'SIGCONT')
  await waitFor(() => !client.connected)
  expect(messages()).toEqual([])
})

test('Ending an MQTT connection is bounded if there is no broker', async () => {
  const client = open(`mqtt://127.0.0.1:${await freePort()}`)
  await next(client, 'close')
  await endMqtt(client, 100)
  expect(client.disconnecting).toBe(true)
})
