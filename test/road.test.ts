import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { EventSource } from 'eventsource'
import type { Message } from '../contract/message.ts'
import type { Stack } from '../stack/stack.ts'
import { testStack } from './support/testStack.ts'
import { waitFor } from './support/waitFor.ts'

/** A reader that no one here wrote, and the positions that it was given. */
class Reader {
  readonly positions: number[] = []
  readonly source: EventSource
  ready = false

  constructor(url: string) {
    this.source = new EventSource(url)
    this.source.addEventListener('ready', () => (this.ready = true))
    this.source.addEventListener('message', ({ data }) => {
      const message: Message = JSON.parse(String(data))
      this.positions.push(message.position)
    })
  }
}

let stack: Stack
const readers: Reader[] = []

beforeAll(async () => {
  stack = await testStack()
}, 60_000)

afterAll(async () => {
  for (const { source } of readers) source.close()
  await stack.stop()
}, 60_000)

function read(query: string): Reader {
  const reader = new Reader(`${stack.origin}/events?${query}`)
  readers.push(reader)
  return reader
}

async function post(channel: string, data: unknown, headers = {}): Promise<Response> {
  return fetch(`${stack.origin}/channels/${channel}/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ data }),
  })
}

async function messageOf(answer: Response | Promise<Response>): Promise<Message> {
  const parsed: Message = JSON.parse(await (await answer).text())
  return parsed
}

async function streamsOf(gateway: { metricsUrl?: string | undefined }): Promise<number> {
  const text = await (await fetch(`${gateway.metricsUrl}/metrics`)).text()
  return Number(/^causeway_gateway_streams (\d+)$/m.exec(text)?.[1])
}

describe('the whole road, through nginx', () => {
  test('gives two posts in a row the positions n and n+1, and shows them in history', async () => {
    const first = await messageOf(post('road.row', 1))
    const second = await messageOf(post('road.row', 2))
    expect(second.position).toBe(first.position + 1)
    expect(second.previous).toBe(first.position)
    const page = await (await fetch(`${stack.origin}/history?channel=road.row`)).json()
    expect(page).toMatchObject({ head: second.position, messages: [second, first] })
  })

  test('stores one message for a repeated idempotency key', async () => {
    const key = { 'causeway-sender': 'alice', 'idempotency-key': 'once' }
    const [first, again] = [await post('road.key', 1, key), await post('road.key', 1, key)]
    expect([first.status, again.status]).toEqual([201, 200])
    expect(await again.json()).toEqual(await first.json())
    expect((await post('road.key', 2, key)).status).toBe(422)
  })

  test('spreads 200 streams over both gateways, and each gets a message once', async () => {
    const all = Array.from({ length: 200 }, () => read('channel=road.many'))
    await waitFor(() => all.every((reader) => reader.ready))
    const gateways = stack.processes.filter(({ role }) => role === 'gateway')
    for (const streams of await Promise.all(gateways.map(streamsOf))) {
      expect(streams).toBeGreaterThan(50)
    }
    const { position } = await messageOf(post('road.many', 'hello'))
    await waitFor(() => all.every((reader) => reader.positions.length > 0))
    // Whatever came twice would be there before a second message.
    const { position: next } = await messageOf(post('road.many', 'again'))
    await waitFor(() => all.every((reader) => reader.positions.length > 1))
    for (const reader of all) expect(reader.positions).toEqual([position, next])
  }, 60_000)

  test('brings the streams of a gateway that is killed back on the other, and none misses anything', async () => {
    const all = Array.from({ length: 20 }, () => read('channel=road.kill'))
    await waitFor(() => all.every((reader) => reader.ready))
    const posted: number[] = []
    const chat = async (count: number): Promise<void> => {
      for (let i = 0; i < count; i++) {
        // oxlint-disable-next-line no-await-in-loop -- one after the other, as people talk
        const { position } = await messageOf(post('road.kill', i))
        posted.push(position)
      }
    }
    await chat(20)
    const victim = stack.processes.find(({ role }) => role === 'gateway')
    victim?.kill('SIGKILL')
    await chat(40)
    await waitFor(() => all.every((reader) => reader.positions.length >= posted.length))
    for (const reader of all) expect(reader.positions).toEqual(posted)
  }, 60_000)

  test('keeps several channels of one stream in position order', async () => {
    const channels = ['road.x', 'road.y', 'road.z']
    const reader = read(channels.map((channel) => `channel=${channel}`).join('&'))
    await waitFor(() => reader.ready)
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, i) => post(channels[i % 3] ?? '', i)),
    )
    const messages = await Promise.all(answers.map(messageOf))
    await waitFor(() => reader.positions.length >= 60)
    expect(reader.positions).toEqual(messages.map(({ position }) => position).sort((a, b) => a - b))
  })
})
