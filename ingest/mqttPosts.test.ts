import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { IClientPublishOptions, IPublishPacket, MqttClient } from 'mqtt'
import { Problem } from '../contract/problem.ts'
import type { LogWriter } from '../history/logWriter.ts'
import { grant, revocation, rightsOf } from '../test/support/accessRows.ts'
import { disposables } from '../test/support/disposables.ts'
import { MqttIngest, type MqttIngestOptions } from '../test/support/mqttIngest.ts'
import { TestBroker } from '../test/support/testBroker.ts'
import { testDatabase } from '../test/support/testDatabase.ts'
import { openLog } from '../test/support/testLog.ts'
import { uniquePrefix } from '../test/support/uniquePrefix.ts'
import { waitFor } from '../test/support/waitFor.ts'

const opened = disposables()
const DEVICE = 'device:t1'
const PIXEL = { contentType: 'application/octet-stream', base64: '/w==' }
const REPLIES = `causeway/receipts/${DEVICE}/mine`
let broker: TestBroker
let log: LogWriter
let device: MqttClient
let ingest: MqttIngest | undefined
let channel: string
const answers = new Map<string, IPublishPacket>()

beforeAll(async () => {
  log = openLog(await testDatabase(), opened)
  broker = await TestBroker.open(opened)
  const devices = await broker.devices()
  const rights = rightsOf(grant(DEVICE, '**', 'write'))
  await devices.put({ principal: DEVICE, groups: [] }, 'pw', rights)
  device = (await broker.device(DEVICE, 'pw')).client
  device.on('message', (_topic, _payload, packet) => {
    answers.set(String(packet.properties?.correlationData), packet)
  })
  await device.subscribeAsync(`causeway/receipts/${DEVICE}/#`, { qos: 1 })
})

beforeEach(() => {
  channel = uniquePrefix()
})

/** The one ingest of the next test. */
async function open(options: Partial<MqttIngestOptions> = {}): Promise<MqttIngest> {
  await ingest?.door.close(5_000)
  ingest = await MqttIngest.open(opened, { url: broker.ingestUrl, log, ...options })
  return ingest
}

interface Answer {
  status: number
  position?: number
  problem?: { type: string; detail?: string }
}

let number = 0

/** Publishes to the channel, and returns the receipt. */
async function ask(
  payload: string | Buffer,
  properties: IClientPublishOptions['properties'] = {},
  topic = `causeway/publish-as/${DEVICE}/${channel}`,
): Promise<Answer> {
  const id = `ask ${number++}`
  const asked = { ...properties, responseTopic: REPLIES, correlationData: Buffer.from(id) }
  await device.publishAsync(topic, payload, { qos: 1, properties: asked })
  await waitFor(() => answers.has(id))
  const packet = answers.get(id)
  expect(packet?.topic).toBe(REPLIES)
  expect(packet?.properties?.contentType).toBe('application/json')
  const answer: Answer = JSON.parse(String(packet?.payload))
  expect(packet?.properties?.userProperties?.['status']).toBe(String(answer.status))
  return answer
}

const typeOf = ({ status, problem }: Answer): string =>
  `${status} ${problem?.type.replace('/problems/', '')}`

async function messages(): Promise<{ type: string; sender: unknown; data: unknown }[]> {
  const { entries } = await log.page({ channels: [channel], limit: 100, order: 'asc' })
  return entries.map(({ json }) => JSON.parse(json))
}

describe('a post by MQTT 5', () => {
  test('is stored with its sender, and its receipt names the position', async () => {
    await open()
    const answer = await ask('{"celsius": 21.50}', { userProperties: { type: 'reading' } })
    expect(answer).toMatchObject({ status: 201, channel })
    const [message] = await messages()
    expect(message).toMatchObject({
      position: answer.position,
      type: 'reading',
      sender: { id: DEVICE, name: 't1' },
      data: { celsius: 21.5 },
    })
    const text = await ask('warm', { contentType: 'text/plain' })
    expect(text.position).toBe(Number(answer.position) + 1)
    await ask(Buffer.from([0xff]), { contentType: 'image/png' })
    expect((await messages()).slice(1).map(({ data }) => data)).toEqual([
      'warm',
      { contentType: 'image/png', base64: '/w==' },
    ])
  })

  test('is stored once, however often its key comes', async () => {
    await open()
    const once = { userProperties: { 'idempotency-key': 'k' } }
    const first = await ask('1', once)
    expect(first.status).toBe(201)
    expect(await ask('1', once)).toEqual({ ...first, status: 200 })
    expect(typeOf(await ask('2', once))).toBe('422 idempotency-conflict')
    expect(await messages()).toHaveLength(1)
  })

  test('of the same content is another message if it has no key', async () => {
    await open()
    await ask('1')
    await ask('1')
    expect((await messages()).map(({ data }) => data)).toEqual([1, 1])
  })

  test('is refused by reason, and does not stop the next one', async () => {
    const counted = await open()
    const before = await counted.outcome('created')
    expect(typeOf(await ask('{', { contentType: 'application/json' }))).toBe('400 malformed-json')
    expect(typeOf(await ask('"\\u0000"'))).toBe('422 validation-failed')
    expect(typeOf(await ask('1', { userProperties: { type: 'a b' } }))).toBe(
      '422 validation-failed',
    )
    expect(typeOf(await ask('1', { userProperties: { type: ['a', 'b'] } }))).toBe(
      '400 invalid-parameter',
    )
    expect(typeOf(await ask('1', { userProperties: { about: '1},"data":{"a":2' } }))).toBe(
      '400 invalid-parameter',
    )
    expect(typeOf(await ask('1', { userProperties: { 'idempotency-key': 'ü' } }))).toBe(
      '400 invalid-parameter',
    )
    expect(typeOf(await ask(JSON.stringify('x'.repeat(1_000))))).toBe('413 too-large')
    expect(typeOf(await ask('1', {}, `causeway/publish-as/${DEVICE}/a.b/c`))).toBe(
      '400 invalid-channel',
    )
    expect((await ask('2')).status).toBe(201)
    expect(await counted.outcome('created')).toBe(before + 1)
    expect(await counted.outcome('malformed-json')).toBe(1)
    expect(await messages()).toHaveLength(1)
  })

  test('gets no receipt on a topic that is not its sender’s own', async () => {
    const counted = await open()
    const listener = new URL(broker.bridgeUrl)
    const heard: string[] = []
    const client = await broker.connect(listener, {}, heard)
    await client.subscribeAsync('causeway/channels/#', { qos: 1 })
    const topics = [
      `causeway/channels/${channel}`,
      `causeway/receipts/${DEVICE}x`,
      `causeway/receipts`,
    ]
    for (const responseTopic of topics) {
      const properties = { responseTopic }
      const topic = `causeway/publish-as/${DEVICE}/${channel}`
      await device.publishAsync(topic, '1', { qos: 1, properties })
    }
    await waitFor(async () => (await counted.receipts('foreign')) === 3)
    expect(await messages()).toHaveLength(3)
    await broker.publish('causeway/channels/end')
    await waitFor(() => heard.length > 0)
    expect(heard).toEqual(['causeway/channels/end'])
  })

  test('waits as long as the database is away, and is stored once', async () => {
    const problems = ['unavailable', 'outcome-unknown', 'overloaded'] as const
    const left = [...problems]
    await open({
      append: async (draft) => {
        const type = left.shift()
        // The outcome that nobody knows is that it was stored.
        if (type === 'outcome-unknown') await log.append(draft)
        if (type !== undefined) throw new Problem(type)
        return log.append(draft)
      },
    })
    expect((await ask('1')).status).toBe(200)
    expect(await messages()).toHaveLength(1)
  })

  test('is refused when its sender has used up its limit', async () => {
    await open({ limits: { postsPerMinute: 1 } })
    expect((await ask('1')).status).toBe(201)
    expect(await ask('1')).toMatchObject({ status: 429, retryAfter: expect.any(Number) })
  })

  test('by an ingest that fails is answered, and does not come again for ever', async () => {
    await open({ append: () => Promise.reject(new Error('a bug')) })
    expect(typeOf(await ask('1'))).toBe('500 internal')
  })
})

describe('grants at ingest', () => {
  test('are checked for each post, whatever the broker still lets through', async () => {
    await open({ rows: [grant(DEVICE, 'in.*', 'write'), grant('group:g', 'group.*', 'write')] })
    const to = (path: string): string => `causeway/publish-as/${DEVICE}/${path}`
    expect((await ask('1', {}, to('in/a'))).status).toBe(201)
    expect((await ask('1', {}, to('group/a'))).status).toBe(201)
    expect(typeOf(await ask('1', {}, to('out/a')))).toBe('403 forbidden')
  })

  test('do not help who is banned', async () => {
    await open({ rows: [grant(DEVICE, '**', 'write'), revocation(DEVICE, Infinity)] })
    expect(typeOf(await ask('1'))).toBe('403 forbidden')
    await open({ rows: [grant(DEVICE, '**', 'write'), revocation(DEVICE, Date.now())] })
    expect((await ask('1')).status).toBe(201)
  })
})

describe('a device that speaks MQTT 3.1.1', () => {
  test('posts JSON, text and bytes, at any quality of service', async () => {
    await open()
    // It has one connection, and needs none of version 5 any more.
    await device.endAsync()
    const { client } = await broker.device(DEVICE, 'pw', { protocolVersion: 4 })
    const topic = `causeway/publish-as/${DEVICE}/${channel}`
    const payloads = ['{"a":1}', '21.5', 'warm', Buffer.from([0xff])]
    for (const [at, payload] of payloads.entries()) {
      await client.publishAsync(topic, payload, { qos: at % 2 === 0 ? 1 : 2 })
      await waitFor(async () => (await messages()).length === at + 1)
    }
    const data = [{ a: 1 }, 21.5, 'warm', PIXEL]
    expect((await messages()).map((message) => message.data)).toEqual(data)
    // The broker gives one of QoS 0 to a session that nobody has yet, and it is lost: so more than one may be needed.
    await waitFor(async () => {
      await client.publishAsync(topic, '"at most once"', { qos: 0 })
      return (await messages()).at(-1)?.data === 'at most once'
    })
  })
})
