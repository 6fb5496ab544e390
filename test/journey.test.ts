import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { readMetric } from '../stack/readMetric.ts'
import type { Stack } from '../stack/stack.ts'
import { disposables } from './support/disposables.ts'
import { AUTHORITY } from './support/authority.ts'
import { post as postTo, postUntilStored } from './support/ingestClient.ts'
import { PackageReader } from './support/packageReader.ts'
import { testStack } from './support/testStack.ts'
import { waitFor } from './support/waitFor.ts'

let stack: Stack
const readers = disposables()

beforeAll(async () => {
  stack = await testStack()
}, 60_000)

afterAll(() => stack?.stop(), 60_000)

const read = (query: string): PackageReader =>
  new PackageReader(readers, `${stack.origin}/events?${query}`)
const say = (channel: string, data: unknown) => postUntilStored(stack.origin, channel, data)

describe('the whole journey of a message, through nginx', () => {
  test('every link of the journey uses TLS with --secure, and none does without', () => {
    const { origin, databaseUrl, redisUrl, mqttUrl } = stack
    const links = [origin, redisUrl, mqttUrl].map((url) => new URL(url).protocol)
    const verified = new URL(databaseUrl).searchParams.get('sslmode')
    expect([...links, verified]).toEqual(
      AUTHORITY === undefined
        ? ['http:', 'redis:', 'mqtt:', null]
        : ['https:', 'rediss:', 'mqtts:', 'verify-full'],
    )
  })

  test('two posts in a row get the positions n and n+1, and history returns both', async () => {
    const first = await say('journey.row', 1)
    const second = await say('journey.row', 2)
    expect(second.position).toBe(first.position + 1)
    expect(second.previous).toBe(first.position)
    const page = await (await fetch(`${stack.origin}/history?channel=journey.row`)).json()
    expect(page).toMatchObject({ head: second.position, messages: [second, first] })
  })

  test('a repeated idempotency key stores one message', async () => {
    const headers = { 'causeway-sender': 'alice', 'idempotency-key': 'once' }
    const post = (data: unknown) => postTo(stack.origin, 'journey.key', { data }, headers)
    const [first, again] = [await post(1), await post(1)]
    expect([first.status, again.status]).toEqual([201, 200])
    expect(await again.json()).toEqual(await first.json())
    expect((await post(2)).status).toBe(422)
  })

  test('200 streams spread over both gateways, and each gets a message once', async () => {
    const all = Array.from({ length: 200 }, () => read('channel=journey.many'))
    await waitFor(() => all.every(({ isReady }) => isReady))
    for (const { metricsUrl } of stack.processes.filter(({ role }) => role === 'gateway')) {
      expect(await readMetric(metricsUrl, 'causeway_gateway_streams')).toBeGreaterThan(50)
    }
    const { position } = await say('journey.many', 'hello')
    await waitFor(() => all.every(({ positions }) => positions.length > 0))
    // A copy that came twice would be there before a second message.
    const { position: next } = await say('journey.many', 'again')
    await waitFor(() => all.every(({ positions }) => positions.length > 1))
    for (const { positions } of all) expect(positions).toEqual([position, next])
  }, 60_000)

  test('the streams of a killed gateway return to the other one, and none misses a message', async () => {
    const all = Array.from({ length: 20 }, () => read('channel=journey.kill'))
    await waitFor(() => all.every(({ isReady }) => isReady))
    const posted: number[] = []
    const chat = async (count: number): Promise<void> => {
      // One after the other, as people talk.
      for (let i = 0; i < count; i++) posted.push((await say('journey.kill', i)).position)
    }
    await chat(20)
    stack.processes.find(({ role }) => role === 'gateway')?.kill('SIGKILL')
    await chat(40)
    await waitFor(() => all.every(({ positions }) => positions.length >= posted.length))
    for (const { positions } of all) expect(positions).toEqual(posted)
  }, 60_000)

  test('a stream delivers its channels together, in position order', async () => {
    const channels = ['journey.x', 'journey.y', 'journey.z']
    const reader = read(channels.map((channel) => `channel=${channel}`).join('&'))
    await waitFor(() => reader.isReady)
    const messages = await Promise.all(
      Array.from({ length: 60 }, (_, i) => say(channels[i % 3] ?? '', i)),
    )
    await waitFor(() => reader.positions.length >= 60)
    expect(reader.positions).toEqual(messages.map(({ position }) => position).sort((a, b) => a - b))
  })
})
