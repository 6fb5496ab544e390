import type { RequestListener, ServerResponse } from 'node:http'
import { describe, expect, test } from '@jest/globals'
import { disposables } from '../test/support/disposables.ts'
import { fewConnections, TestEdge } from '../test/support/testEdge.ts'
import { RawClient } from '../test/support/rawClient.ts'
import { waitFor } from '../test/support/waitFor.ts'
import type { EdgeLimits } from './nginx.ts'

const opened = disposables()

const MANY: EdgeLimits = {
  streams: 1_000,
  streamsPerSecond: 1_000,
  requests: 1_000,
  requestsPerSecond: 1_000,
  signInsPerSecond: 1_000,
}

/** An edge whose proxy, if one says so, is this machine: then X-Forwarded-For chooses the client's address. */
async function edgeWith(limits: Partial<EdgeLimits>, edit = believeForwarded): Promise<TestEdge> {
  const edge = new TestEdge()
  await edge.open(opened, edit, { limits: { ...MANY, ...limits }, hasAccount: true })
  return edge
}

const served: RequestListener = (_request, response) => response.end('served')
const retryOf = (answer: string) => Number(/^retry:(\d+)$/m.exec(answer)?.[1])

function believeForwarded(config: string): string {
  const trust = 'set_real_ip_from 127.0.0.1; real_ip_header X-Forwarded-For;'
  return config.replace('sendfile on;', `sendfile on; ${trust}`)
}

/** Lets each request wait for its answer; returns those that wait. */
function holdAll(edge: TestEdge): ServerResponse[] {
  const held: ServerResponse[] = []
  edge.ingest = (_request, response) => void held.push(response)
  return held
}

const from = (edge: TestEdge, path: string, address: string, init: RequestInit = {}) =>
  fetch(`${edge.origin}${path}`, { ...init, headers: { 'X-Forwarded-For': address } })

describe('an address that has as many requests open as it may', () => {
  test('gets 429 as a problem, and its next request is served when one has ended', async () => {
    const edge = await edgeWith({ requests: 2 })
    const held = holdAll(edge)
    const waiting = [1, 2].map(() => from(edge, '/channels/a', '10.0.0.1'))
    await waitFor(() => held.length === 2)
    const refused = await from(edge, '/channels/a', '10.0.0.1', { method: 'POST', body: '{}' })
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '2'])
    expect(refused.headers.get('content-type')).toBe('application/problem+json')
    expect(await refused.json()).toMatchObject({ type: '/problems/rate-limited', status: 429 })
    for (const response of held) response.end('late')
    await Promise.all(waiting)
    edge.ingest = (_request, response) => response.end('served')
    // nginx counts a request until it has ended it, a moment after its answer.
    await waitFor(async () => (await from(edge, '/channels/a', '10.0.0.1')).status === 200)
  })

  test.each([
    ['another IPv4 address', '10.0.0.1', '10.0.0.2', 200],
    ['the same IPv4 address in the notation of IPv6', '10.0.0.1', '::ffff:10.0.0.1', 429],
    ['another IPv4 address in the notation of IPv6', '::ffff:10.0.0.1', '::ffff:10.0.0.2', 200],
    ['an IPv6 address of the same /64', '2001:db8:1:2::1', '2001:db8:1:2:ffff::9', 429],
    [
      'an IPv6 address of the same /64, shortened elsewhere',
      '2001:db8::1',
      '2001:db8:0:0:1::',
      429,
    ],
    ['an IPv6 address of the next /64', '2001:db8:1:2::1', '2001:db8:1:3::1', 200],
    [
      'an IPv6 address of bytes that mean a line end',
      '2a0a:a0a:a0a:a0a::1',
      '2a0a:a0a:a0a:a0a::2',
      429,
    ],
  ])('is refused or not from %s', async (_what, first, second, status) => {
    const edge = await edgeWith({ requests: 1 })
    const held = holdAll(edge)
    const waiting = from(edge, '/channels/a', first)
    await waitFor(() => held.length === 1)
    edge.ingest = (_request, response) => response.end('served')
    expect((await from(edge, '/channels/a', second)).status).toBe(status)
    held[0]?.end()
    await waiting
  })
})

describe('an address that asks too often', () => {
  test.each<[string, Partial<EdgeLimits>, string]>([
    ['for channels', { requestsPerSecond: 1 }, '/channels/a'],
    ['for many posts', { requestsPerSecond: 1 }, '/messages'],
    ['for history', { requestsPerSecond: 1 }, '/history?channel=a'],
    ['for all of a person', { requestsPerSecond: 1 }, '/senders/user:alice/messages'],
    ['for accounts', { signInsPerSecond: 1 }, '/account/login'],
    ['for grants', { signInsPerSecond: 1 }, '/grants'],
  ])('%s gets 429, and others are served', async (_what, limits, path) => {
    const edge = await edgeWith(limits)
    edge.ingest = served
    edge.account = served
    const ask = async (address: string) => (await from(edge, path, address)).status
    const statuses = await Promise.all(Array.from({ length: 20 }, () => ask('10.0.0.1')))
    expect(new Set(statuses)).toEqual(new Set([200, 429]))
    expect(await ask('10.0.0.2')).toBe(200)
    expect((await from(edge, '/', '10.0.0.1')).status).toBe(200)
  })
})

describe('an address with too many streams', () => {
  test('is told to come back later, and keeps its place', async () => {
    const edge = await edgeWith({ streams: 1 })
    edge.gateway = (_request, response) => void response.write('data: 1\n\n')
    const first = await from(edge, '/events?channel=a', '10.0.0.1')
    const headers = { 'X-Forwarded-For': '10.0.0.1', 'Last-Event-ID': 'e1-7' }
    const refused = await fetch(`${edge.origin}/events?channel=a`, { headers })
    expect([refused.status, refused.headers.get('content-type')]).toEqual([
      200,
      'text/event-stream',
    ])
    const text = await refused.text()
    expect(text).toMatch(/^retry:\d+\nevent:goodbye\ndata:\{"reason":"unavailable"\}\nid:e1-7\n\n$/)
    expect(retryOf(text)).toBeGreaterThanOrEqual(10_000)
    expect((await from(edge, '/events?channel=a', '10.0.0.2')).status).toBe(200)
    await first.body?.cancel()
  })

  test('is told so too if it opens them too often, and its other requests are served', async () => {
    const edge = await edgeWith({ streams: 2, streamsPerSecond: 1 })
    edge.gateway = (_request, response) => response.end('data: 1\n\n')
    edge.ingest = (_request, response) => response.end('served')
    const open = async () => (await from(edge, '/events?channel=a', '10.0.0.1')).text()
    const answers: string[] = []
    for (let stream = 0; stream < 20; stream++) answers.push(await open())
    expect(answers.filter((each) => retryOf(each) >= 10_000).length).toBeGreaterThan(0)
    expect(answers).toContain('data: 1\n\n')
    expect((await from(edge, '/channels/a', '10.0.0.1')).status).toBe(200)
  })
})

test('connections that idle make room for new ones', async () => {
  const edge = await edgeWith({}, fewConnections(40))
  const idle: RawClient[] = []
  for (let count = 0; count < 100; count++) {
    const client = new RawClient(opened, edge)
    idle.push(await client.write('GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n'))
    await waitFor(() => client.text.includes('not-found'))
  }
  expect(idle.filter(({ isClosed }) => isClosed).length).toBeGreaterThan(50)
})
