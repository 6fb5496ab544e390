import { expect, test } from '@jest/globals'
import mqtt from 'mqtt'
import { pino } from 'pino'
import { disposables } from '../test/support/disposables.ts'
import { openRefusingBroker, type Treatment } from '../test/support/refusingBroker.ts'
import { copyKeys } from '../test/support/testRedis.ts'
import { waitFor } from '../test/support/waitFor.ts'
import { subscribeToChannels } from './subscription.ts'

const opened = disposables()

/** A bridge at a broker that treats its subscriptions so; when the last of them was granted. */
async function subscribe(...treatments: Treatment[]) {
  const broker = await openRefusingBroker(opened, ...treatments)
  const client = mqtt.connect(broker.url, {
    protocolVersion: 5,
    resubscribe: false,
    reconnectPeriod: 20,
  })
  opened.add(() => client.endAsync(true))
  const lines: string[] = []
  let subscribed = 0
  subscribeToChannels(client, {
    prefix: 'causeway',
    copyKeys,
    isServed: () => true,
    onEntry: () => {},
    onRefused: () => {},
    onSubscribed: () => void subscribed++,
    logger: pino({}, { write: (line) => void lines.push(JSON.parse(line).reason) }),
  })
  await waitFor(() => subscribed > 0)
  return { broker, client, lines, subscribed: () => subscribed }
}

test('a subscription that is refused is tried on a new connection until it is granted, and logged once', async () => {
  const { broker, client, lines, subscribed } = await subscribe('refuse', 'refuse', 'grant')
  expect([broker.connections(), subscribed(), client.connected]).toEqual([3, 1, true])
  expect(lines).toEqual(['Subscribe error: Not authorized'])
})

test('a subscription whose connection breaks is made on the next one', async () => {
  const { broker, client, subscribed } = await subscribe('cut', 'cut', 'grant')
  expect([broker.connections(), subscribed(), client.connected]).toEqual([3, 1, true])
})

test('a subscription that is refused after it was granted before is logged again', async () => {
  const { broker, client, lines, subscribed } = await subscribe(
    'refuse',
    'grant',
    'refuse',
    'refuse',
    'grant',
  )
  client.stream.destroy()
  await waitFor(() => subscribed() === 2)
  expect([broker.connections(), lines.length]).toEqual([5, 2])
})
