import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import mqtt, { type IPublishPacket, type MqttClient } from 'mqtt'
import { BrokerControl } from '../chassis/broker/control.ts'
import { Devices } from '../chassis/broker/devices.ts'
import type { FlowMessage } from '../chassis/description/channel.ts'
import { createLogger } from '../chassis/logger.ts'
import { connectMqtt, endMqtt } from '../chassis/mqtt.ts'
import { Causeway, sendSignal } from '../client/sdk/index.ts'
import { isControl } from '../client/sdk/typeGuards.ts'
import { parseEventId } from '../contract/eventId.ts'
import { readEntry } from '../contract/message.ts'
import { channels } from '../reference/channels.ts'
import type { Stack } from '../stack/stack.ts'
import { grant, rightsOf } from './support/accessRows.ts'
import { disposables } from './support/disposables.ts'
import { post } from './support/ingestClient.ts'
import { RawReader } from './support/rawReader.ts'
import { testStack } from './support/testStack.ts'
import { waitFor } from './support/waitFor.ts'

const DEVICE = 'device:thermo'
const PASSWORD = 'of a test'
const RECEIPTS = `causeway/receipts/${DEVICE}`

const opened = disposables()
let stack: Stack
let device: MqttClient
const heard: { topic: string; text: string; packet: IPublishPacket }[] = []

beforeAll(async () => {
  stack = await testStack({
    ownServers: true,
    redisPrefix: 'causeway',
    mqttPrefix: 'causeway',
  })
  const admin = connectMqtt(stack.mqttUrl, 'test', createLogger('test', 'silent'))
  opened.add(() => endMqtt(admin, 500))
  const rights = rightsOf(
    grant(DEVICE, 'in.{sub}', 'write'),
    grant(DEVICE, 'rooms.*', 'write'),
    grant('device:*', 'rooms.*', 'read'),
  )
  await new Devices(new BrokerControl(admin), 'causeway').put(
    { principal: DEVICE, groups: [] },
    PASSWORD,
    rights,
  )
  const url = new URL(stack.mqttUrl)
  url.username = ''
  url.password = ''
  device = await mqtt.connectAsync(url.href, {
    protocolVersion: 5,
    clientId: DEVICE,
    username: DEVICE,
    password: PASSWORD,
  })
  opened.add(() => device.endAsync(true))
  device.on('message', (topic, payload, packet) => {
    heard.push({ topic, text: String(payload), packet })
  })
  const topics = ['causeway/channels/rooms/+', 'causeway/signals/rooms/+']
  await device.subscribeAsync([RECEIPTS, `${RECEIPTS}/#`, ...topics], { qos: 1 })
}, 120_000)
afterAll(() => stack?.stop(), 60_000)

const signalTo = (channel: string) =>
  sendSignal(new Causeway({ base: `${stack.origin}/` }), channel, { type: 'typing', data: true })

const messageOf = (name: string): FlowMessage => {
  const found = channels.flatMap(({ messages }) => messages).find((each) => each.name === name)
  if (found === undefined) throw new Error(`${name} is not described`)
  return found
}

/** Checks what came against what the description says of it. */
function expectAsDescribed(name: string, payload: string, headers: object): void {
  const message = messageOf(name)
  expect(message.payload.safeParse(JSON.parse(payload)).error).toBeUndefined()
  expect(message.headers?.strict().safeParse(headers).error).toBeUndefined()
}

/** By what the services, and the page, decode events with. */
function isDecoded(name: string, text: string): boolean {
  const control = CONTROLS.find((each) => each === name)
  return control === undefined
    ? readEntry('any', text) !== undefined
    : isControl(control, JSON.parse(text))
}

const EPHEMERAL = ['presence', 'signal']
const CONTROLS = ['ready', 'gap', 'reset', 'heartbeat', 'goodbye', ...EPHEMERAL]

describe('an example of an event', () => {
  const events = channels.find(({ id }) => id === 'events')?.messages ?? []
  const all = events.flatMap((event) => event.examples.map((example) => ({ event, example })))

  test.each(all)('$event.name is what the contract’s own decoders and the page take', (each) => {
    const { event, example } = each
    const text = JSON.stringify(example.payload)
    expectAsDescribed(event.name, text, example.headers ?? {})
    const id = parseEventId(example.headers?.['id'] ?? '')
    expect(id === undefined).toBe(EPHEMERAL.includes(event.name))
    expect(isDecoded(event.name, text)).toBe(true)
  })
})

test('The events of a stream are as they are described', async () => {
  const reader = new RawReader(
    `${stack.origin}/events?channel=rooms.a&heartbeat=2&presence=rooms.a&signals=rooms.a`,
    {
      Host: new URL(stack.origin).host,
    },
  )
  opened.add(() => reader.socket.destroy())
  await waitFor(() => reader.named('ready').length > 0)
  expect((await post(stack.origin, 'rooms.a', { data: { text: 'hi' } })).status).toBe(201)
  await waitFor(async () => {
    await signalTo('rooms.a')
    return ['heartbeat', 'presence', 'signal'].every((name) => reader.named(name).length > 0)
  })
  await waitFor(() => reader.named().length > 0)
  for (const { event, data, id } of reader.events) {
    // An event without an id of its own shows the last one.
    const own = EPHEMERAL.includes(event ?? '') ? undefined : id
    const headers = { ...(event && { event }), ...(own && { id: own }) }
    expectAsDescribed(event ?? 'message', data, headers)
  }
})

test('Signals on MQTT are as they are described', async () => {
  await waitFor(async () => {
    await signalTo('rooms.b')
    return heard.some(({ topic }) => topic === 'causeway/signals/rooms/b')
  })
  const [signal] = heard.filter(({ topic }) => topic.startsWith('causeway/signals/'))
  expect(signal).toBeDefined()
  expectAsDescribed('signalOverMqtt', signal?.text ?? '', userPropertiesOf(signal?.packet))
})

describe('a post by MQTT', () => {
  const flows = channels.filter(({ action }) => action === 'receive')
  const all = flows.flatMap((flow) =>
    flow.messages.flatMap(({ examples }) => examples.map((example) => ({ flow, example }))),
  )

  test.each(all)(
    'as in the example $example.name of $flow.id is stored, and its receipt as described',
    async (each) => {
      const { flow, example } = each
      const topic = flow.address.replace(
        /\{(\w+)\}/g,
        (_, name: string) => example.parameters?.[name] ?? '',
      )
      const answerTopic = `${RECEIPTS}/${randomUUID()}`
      await device.publishAsync(topic, JSON.stringify(example.payload), {
        qos: 1,
        properties: {
          responseTopic: answerTopic,
          ...(example.headers && { userProperties: { ...example.headers } }),
        },
      })
      await waitFor(() => heard.some((one) => one.topic === answerTopic))
      const receipt = heard.find((one) => one.topic === answerTopic)
      expectAsDescribed('receipt', receipt?.text ?? '', userPropertiesOf(receipt?.packet))
      expect(JSON.parse(receipt?.text ?? '')).toMatchObject({ status: 201 })
    },
  )

  test('that is refused has a receipt as described', async () => {
    const answerTopic = `${RECEIPTS}/refused`
    await device.publishAsync(`causeway/publish-as/${DEVICE}/rooms/berlin`, '{"celsius":', {
      qos: 1,
      properties: { responseTopic: answerTopic, contentType: 'application/json' },
    })
    await waitFor(() => heard.some((one) => one.topic === answerTopic))
    const receipt = heard.find((one) => one.topic === answerTopic)
    expectAsDescribed('receipt', receipt?.text ?? '', userPropertiesOf(receipt?.packet))
    expect(JSON.parse(receipt?.text ?? '')).toMatchObject({ status: 400 })
  })
})

test('Stored messages on MQTT are as they are described', async () => {
  expect((await post(stack.origin, 'rooms.b', { data: { text: 'hi' } })).status).toBe(201)
  await waitFor(() => heard.some(({ topic }) => topic === 'causeway/channels/rooms/b'))
  const stored = heard.filter(({ topic }) => topic.startsWith('causeway/channels/'))
  for (const { text, packet } of stored) {
    expectAsDescribed('storedMessage', text, userPropertiesOf(packet))
  }
})

function userPropertiesOf(packet: IPublishPacket | undefined): object {
  return { ...packet?.properties?.userProperties }
}
