import { beforeEach, describe, expect, jest, test } from '@jest/globals'
import type { Packet } from 'mqtt'
import { Registry } from 'prom-client'
import type { LinkedEntry } from '../contract/message.ts'
import { copyKeys, placeAt } from '../test/support/testRedis.ts'
import { createIngestMetrics } from './metrics.ts'
import { type Broker, Publisher } from './publisher.ts'

/** A broker that fails as it is told; the real one is in the tests of the whole. */
class FaultyBroker implements Broker {
  connected = true
  throws = false
  readonly sent: Parameters<Broker['publish']>[] = []
  #receive: (packet: Packet) => void = () => {}

  on(_event: 'packetreceive', listener: (packet: Packet) => void): void {
    this.#receive = listener
  }

  publish(...args: Parameters<Broker['publish']>): void {
    if (this.throws) throw new Error('a bug')
    this.sent.push(args)
  }

  connect(receiveMaximum?: number): void {
    const properties = receiveMaximum === undefined ? {} : { properties: { receiveMaximum } }
    this.#receive({ cmd: 'connack', sessionPresent: false, ...properties })
  }

  acknowledge(index: number, reasonCode = 0, messageId = index + 1): void {
    this.#receive({ cmd: 'puback', messageId, reasonCode })
    this.sent[index]?.[3](undefined, {
      cmd: 'publish',
      qos: 1,
      dup: false,
      retain: false,
      topic: '',
      payload: '',
      messageId,
    })
  }

  fail(index: number): void {
    this.sent[index]?.[3](new Error('Connection closed'))
  }
}

let broker: FaultyBroker
let publisher: Publisher
let registry: Registry

beforeEach(() => {
  broker = new FaultyBroker()
  registry = new Registry()
  publisher = new Publisher({
    broker,
    prefix: 'p',
    copyKeys,
    window: 2,
    windowBytes: WINDOW_BYTES,
    ...createIngestMetrics(registry),
  })
})

const WINDOW_BYTES = 100

const entry = (position: number, rest = ''): LinkedEntry => ({
  ...placeAt(position),
  previous: 0,
  channel: 'rooms.berlin',
  json: `{"position":${position}${rest}}`,
  link: placeAt(position - 1).id,
})

/** One that takes so many bytes, in characters of three bytes each as far as they go. */
function large(position: number, bytes: number): LinkedEntry {
  const room = bytes - entry(position).json.length
  return entry(position, '€'.repeat(room / 3) + ' '.repeat(room % 3))
}

async function outcomes() {
  const metric = await registry.getSingleMetric('causeway_publishes_total')?.get()
  return Object.fromEntries(
    (metric?.values ?? [])
      .filter(({ value }) => value > 0)
      .map((v) => [v.labels['outcome'], v.value]),
  )
}

async function inFlight() {
  return (await registry.getSingleMetric('causeway_publishes_in_flight')?.get())?.values[0]?.value
}

describe('a publisher', () => {
  test("publishes the message's own encoding with its epoch, link and MAC on the channel's topic, QoS 1", () => {
    publisher.publish(entry(1), 'e1')
    const { link } = entry(1)
    const mac = copyKeys.signCopy('e1', entry(1))
    expect(broker.sent).toEqual([
      [
        'p/channels/rooms/berlin',
        '{"position":1}',
        { qos: 1, properties: { userProperties: { epoch: 'e1', link, mac } } },
        expect.any(Function),
      ],
    ])
  })

  test('skips messages beyond its window, and goes on when there is room', async () => {
    for (const position of [1, 2, 3]) publisher.publish(entry(position), 'e1')
    expect([broker.sent.length, await inFlight()]).toEqual([2, 2])
    broker.acknowledge(0)
    publisher.publish(entry(4), 'e1')
    expect(broker.sent.map(([, payload]) => payload)).toEqual(
      [1, 2, 4].map((position) => entry(position).json),
    )
    expect(await outcomes()).toEqual({ acked: 1, skipped: 1 })
  })

  test('skips messages that do not fit into the bytes of its window, and goes on when there is room', async () => {
    publisher.publish(large(1, WINDOW_BYTES - 40), 'e1')
    publisher.publish(large(2, 41), 'e1')
    expect([broker.sent.length, await outcomes()]).toEqual([1, { skipped: 1 }])
    publisher.publish(large(3, 40), 'e1')
    broker.fail(0)
    broker.acknowledge(1)
    publisher.publish(large(4, WINDOW_BYTES + 1), 'e1')
    publisher.publish(large(5, WINDOW_BYTES), 'e1')
    expect([broker.sent.length, await outcomes()]).toEqual([3, { skipped: 2, failed: 1, acked: 1 }])
  })

  test.each([
    ['fewer at once than its window, sends no more than that', 1, 1],
    ['more at once, sends its window', 3, 2],
    ['as many as it likes, sends its window', undefined, 2],
  ])('whose broker takes %s', (_what, receiveMaximum, sent) => {
    broker.connect(1)
    broker.connect(receiveMaximum)
    for (const position of [1, 2, 3]) publisher.publish(entry(position), 'e1')
    expect(broker.sent.length).toBe(sent)
  })

  test('skips messages while the broker is away, and queues none', async () => {
    broker.connected = false
    publisher.publish(entry(1), 'e1')
    expect([broker.sent.length, await outcomes()]).toEqual([0, { skipped: 1 }])
  })

  test('counts failures, acknowledgements, and acknowledgements without a receiver separately', async () => {
    publisher.publish(entry(1), 'e1')
    publisher.publish(entry(2), 'e1')
    broker.acknowledge(0, 16)
    broker.fail(1)
    publisher.publish(entry(3), 'e1')
    broker.acknowledge(2)
    expect(await outcomes()).toEqual({ nobody: 1, failed: 1, acked: 1 })
    expect(await inFlight()).toBe(0)
  })

  test('matches an acknowledgement to its own publish, though identifiers repeat', async () => {
    publisher.publish(entry(1), 'e1')
    broker.acknowledge(0, 16, 1)
    publisher.publish(entry(2), 'e1')
    broker.acknowledge(1, 0, 1)
    expect(await outcomes()).toEqual({ nobody: 1, acked: 1 })
  })

  test('never throws, because the message is stored', async () => {
    broker.throws = true
    publisher.publish(entry(1), 'e1')
    expect([await outcomes(), await inFlight()]).toEqual([{ failed: 1 }, 0])
  })

  test('that is flushed in time leaves no timer behind', async () => {
    jest.useFakeTimers({ doNotFake: ['performance', 'setImmediate', 'nextTick'] })
    try {
      publisher.publish(entry(1), 'e1')
      const flushed = publisher.flush(60_000)
      expect(jest.getTimerCount()).toBe(1)
      broker.acknowledge(0)
      await flushed
      expect(jest.getTimerCount()).toBe(0)
    } finally {
      jest.useRealTimers()
    }
  })

  test('that is flushed waits for all publishes in flight, but not for ever', async () => {
    await publisher.flush(60_000)
    publisher.publish(entry(1), 'e1')
    publisher.publish(entry(2), 'e1')
    await publisher.flush(1)
    let isFlushed = false
    const flushed = publisher.flush(60_000).then(() => (isFlushed = true))
    broker.acknowledge(0)
    await new Promise(setImmediate)
    expect(isFlushed).toBe(false)
    broker.acknowledge(1)
    await flushed
    expect(await inFlight()).toBe(0)
  })
})
