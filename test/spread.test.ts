import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { readMetric } from '../stack/readMetric.ts'
import type { Stack } from '../stack/stack.ts'
import { disposables } from './support/disposables.ts'
import { PackageReader } from './support/packageReader.ts'
import { testStack } from './support/testStack.ts'
import { waitFor } from './support/waitFor.ts'

const opened = disposables()
let stack: Stack

beforeAll(async () => {
  stack = await testStack({ bridges: 1, gateways: 2 })
}, 60_000)
afterAll(() => stack?.stop(), 60_000)

test('Gateways know the mean of their streams from each other', async () => {
  const gateways = stack.processes.filter(({ role }) => role === 'gateway')
  const [first] = gateways
  const url = `${first?.url}/events?channel=spread`
  const readers = Array.from({ length: 6 }, () => new PackageReader(opened, url))
  await waitFor(() => readers.every(({ isReady }) => isReady))
  const means = (): Promise<number[]> =>
    Promise.all(
      gateways.map(({ metricsUrl }) => readMetric(metricsUrl, 'causeway_gateway_streams_mean')),
    )
  await waitFor(async () => (await means()).every((mean) => mean === 3))
  expect(await readMetric(first?.metricsUrl, 'causeway_gateway_streams')).toBe(6)
})
