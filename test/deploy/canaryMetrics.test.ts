import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { EventSource } from 'eventsource'
import type { Stack } from '../../stack/stack.ts'
import { testStack } from '../support/testStack.ts'
import { CanaryConfig, queryOf } from './spinnaker/canaryConfig.ts'

const config = CanaryConfig.parse(
  JSON.parse(readFileSync('deploy/spinnaker/causeway.canary.json', 'utf8')),
)

let stack: Stack
/** The lines that all services show to Prometheus. */
let lines: string[]

beforeAll(async () => {
  stack = await testStack({ gateways: 1, bridges: 1 })
  const id = await readOne(`${stack.origin}/events?channel=canary`)
  await readOne(`${stack.origin}/events?channel=canary`, id)
  const pages = await Promise.all(
    stack.processes
      .filter(({ role }) => ['ingest', 'bridge', 'gateway'].includes(role))
      .map(async ({ metricsUrl }) => (await fetch(`${metricsUrl}/metrics`)).text()),
  )
  lines = pages.join('\n').split('\n')
}, 60_000)

afterAll(() => stack?.stop(), 60_000)

/** Listens, posts, and answers the id with which the message came. */
async function readOne(url: string, lastEventId?: string): Promise<string> {
  const source = new EventSource(url, {
    fetch: (input, init) =>
      fetch(input, {
        ...init,
        headers: { ...init.headers, ...(lastEventId && { 'Last-Event-ID': lastEventId }) },
      }),
  })
  try {
    await new Promise((resolve) => source.addEventListener('ready', resolve, { once: true }))
    const message = new Promise<MessageEvent>((resolve) =>
      source.addEventListener('message', resolve),
    )
    await fetch(`${stack.origin}/channels/canary/messages`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: '{"data":{}}',
    })
    return (await message).lastEventId
  } finally {
    source.close()
  }
}

/** Every series that Kayenta asks for, with the labels that a service itself gives it. */
const asked = config.metrics.flatMap((metric) =>
  [...queryOf(metric).matchAll(/([a-z0-9_]+)\{([^}]*(?:\}[^}]*)*?)\}(?=\)|\[)/g)].map(
    ([, name = '', labels = '']): [string, string[]] => [
      name,
      labels.split(',').filter((label) => /^(route|method|since)=/.test(label)),
    ],
  ),
)

test('the canary configuration asks for something', () => {
  expect(asked.length).toBeGreaterThanOrEqual(config.metrics.length)
})

test.each(asked)('a service counts what the canary is judged by: %s %j', (name, labels) => {
  const isCounter = name.endsWith('_total') || name.endsWith('_count')
  const found = lines.filter(
    (line) =>
      new RegExp(`^${name}[ {]`).test(line) && labels.every((label) => line.includes(label)),
  )
  // Reasons and the like come with their first event; what is there from the start is told by its type.
  const declared = lines.some((line) => line.startsWith(`# TYPE ${name} `))
  expect([name, found.length > 0 || (isCounter && labels.length === 0 && declared)]).toEqual([
    name,
    true,
  ])
})

test('the delivery lag is that of a message that has just been posted', () => {
  const [count = '', sum = ''] = ['count', 'sum'].map((part) =>
    lines.find((line) => line.startsWith(`causeway_gateway_delivery_lag_seconds_${part}`)),
  )
  expect(Number(count.split(' ')[1])).toBeGreaterThanOrEqual(2)
  expect(Number(sum.split(' ')[1])).toBeLessThan(10)
})
