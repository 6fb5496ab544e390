import { beforeAll, describe, expect, test } from '@jest/globals'
import { Problem } from '../contract/problem.ts'
import { disposables } from '../test/support/disposables.ts'
import { DEVICE, MqttDevice, typeOf } from '../test/support/mqttDevice.ts'
import { waitFor } from '../test/support/waitFor.ts'

const opened = disposables()
let device: MqttDevice

beforeAll(async () => {
  device = await MqttDevice.open(opened)
})

describe('a post by MQTT 5', () => {
  test('is stored with its sender, and its receipt names the position', async () => {
    await device.ingest()
    const answer = await device.ask('{"celsius": 21.50}', { userProperties: { type: 'reading' } })
    expect(answer).toMatchObject({ status: 201, channel: device.channel })
    const [message] = await device.messages()
    expect(message).toMatchObject({
      position: answer.position,
      type: 'reading',
      sender: { id: DEVICE, name: 't1' },
      data: { celsius: 21.5 },
    })
    const text = await device.ask('warm', { contentType: 'text/plain' })
    expect(text.position).toBe(Number(answer.position) + 1)
    await device.ask(Buffer.from([0xff]), { contentType: 'image/png' })
    expect((await device.messages()).slice(1).map(({ data }) => data)).toEqual([
      'warm',
      { contentType: 'image/png', base64: '/w==' },
    ])
  })

  test('is stored once, however often its key comes', async () => {
    await device.ingest()
    const once = { userProperties: { 'idempotency-key': 'k' } }
    const first = await device.ask('1', once)
    expect(first.status).toBe(201)
    expect(await device.ask('1', once)).toEqual({ ...first, status: 200 })
    expect(typeOf(await device.ask('2', once))).toBe('422 idempotency-conflict')
    expect(await device.messages()).toHaveLength(1)
  })

  test('of the same content is another message if it has no key', async () => {
    await device.ingest()
    await device.ask('1')
    await device.ask('1')
    expect((await device.messages()).map(({ data }) => data)).toEqual([1, 1])
  })

  test('is refused by reason, and does not stop the next one', async () => {
    const counted = await device.ingest()
    const before = await counted.outcome('created')
    expect(typeOf(await device.ask('{', { contentType: 'application/json' }))).toBe(
      '400 malformed-json',
    )
    expect(typeOf(await device.ask('"\\u0000"'))).toBe('422 validation-failed')
    expect(typeOf(await device.ask('1', { userProperties: { type: 'a b' } }))).toBe(
      '422 validation-failed',
    )
    expect(typeOf(await device.ask('1', { userProperties: { type: ['a', 'b'] } }))).toBe(
      '400 invalid-parameter',
    )
    expect(typeOf(await device.ask('1', { userProperties: { about: '1},"data":{"a":2' } }))).toBe(
      '400 invalid-parameter',
    )
    expect(typeOf(await device.ask('1', { userProperties: { 'idempotency-key': 'ü' } }))).toBe(
      '400 invalid-parameter',
    )
    expect(typeOf(await device.ask(JSON.stringify('x'.repeat(1_000))))).toBe('413 too-large')
    expect(typeOf(await device.ask('1', {}, device.topic('a.b/c')))).toBe('400 invalid-channel')
    expect((await device.ask('2')).status).toBe(201)
    expect(await counted.outcome('created')).toBe(before + 1)
    expect(await counted.outcome('malformed-json')).toBe(1)
    expect(await device.messages()).toHaveLength(1)
  })

  test('gets no receipt on a topic that is not its sender’s own', async () => {
    const counted = await device.ingest()
    const listener = new URL(device.broker.bridgeUrl)
    const heard: string[] = []
    const client = await device.broker.connect(listener, {}, heard)
    await client.subscribeAsync('causeway/channels/#', { qos: 1 })
    const topics = [
      `causeway/channels/${device.channel}`,
      `causeway/receipts/${DEVICE}x`,
      `causeway/receipts`,
    ]
    for (const responseTopic of topics) {
      const properties = { responseTopic }
      const topic = device.topic()
      await device.client.publishAsync(topic, '1', { qos: 1, properties })
    }
    await waitFor(async () => (await counted.receipts('foreign')) === 3)
    expect(await device.messages()).toHaveLength(3)
    await device.broker.publish('causeway/channels/end')
    await waitFor(() => heard.length > 0)
    expect(heard).toEqual(['causeway/channels/end'])
  })

  test('waits as long as the database is away, and is stored once', async () => {
    const problems = ['unavailable', 'outcome-unknown', 'overloaded'] as const
    const left = [...problems]
    await device.ingest({
      append: async (draft) => {
        const type = left.shift()
        // The outcome that nobody knows is that it was stored.
        if (type === 'outcome-unknown') await device.log.append(draft)
        if (type !== undefined) throw new Problem(type)
        return device.log.append(draft)
      },
    })
    expect((await device.ask('1')).status).toBe(200)
    expect(await device.messages()).toHaveLength(1)
  })

  test('is refused when its sender has used up its limit', async () => {
    await device.ingest({ limits: { postsPerMinute: 1 } })
    expect((await device.ask('1')).status).toBe(201)
    expect(await device.ask('1')).toMatchObject({ status: 429, retryAfter: expect.any(Number) })
  })

  test('by an ingest that fails is answered, and does not come again for ever', async () => {
    await device.ingest({ append: () => Promise.reject(new Error('a bug')) })
    expect(typeOf(await device.ask('1'))).toBe('500 internal')
  })
})
