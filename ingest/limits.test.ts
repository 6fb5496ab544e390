import { beforeAll, describe, expect, test } from '@jest/globals'
import { disposables } from '../test/support/disposables.ts'
import { post, problemOf } from '../test/support/ingestClient.ts'
import { from, limited, limitedIngest, type Limits } from '../test/support/limitedIngest.ts'
import type { IngestServer } from '../test/support/ingestServer.ts'
import { testDatabase } from '../test/support/testDatabase.ts'
import { TestIssuer } from '../test/support/testIssuer.ts'
import { openRedis } from '../test/support/testRedis.ts'
import { uniquePrefix } from '../test/support/uniquePrefix.ts'
import { waitFor } from '../test/support/waitFor.ts'

const opened = disposables()
let databaseUrl: string

beforeAll(async () => {
  databaseUrl = await testDatabase()
})

const open = (...limits: Limits): Promise<IngestServer> =>
  limitedIngest(opened, databaseUrl, ...limits)
const fresh = (): string => uniquePrefix()

describe('posts', () => {
  test('beyond the limit are told when to come back, and are not stored', async () => {
    const ingest = await open({ postsPerMinutePerAddress: 3 })
    const channel = fresh()
    const one = await post(ingest.origin, channel, { data: 1 }, from('192.0.2.1'))
    expect([one.status, one.headers.get('ratelimit-policy'), one.headers.get('ratelimit')]).toEqual(
      [201, '"posts-by-address";q=3;w=60', '"posts-by-address";r=2;t=60'],
    )
    for (const left of [1, 0]) {
      const answer = await post(ingest.origin, channel, { data: 1 }, from('192.0.2.1'))
      expect(answer.headers.get('ratelimit')).toMatch(`"posts-by-address";r=${left};t=`)
    }
    const refused = await post(ingest.origin, channel, { data: 1 }, from('192.0.2.1'))
    const seconds = Number(refused.headers.get('retry-after'))
    expect(seconds).toBeGreaterThan(0)
    expect(seconds).toBeLessThanOrEqual(60)
    expect(refused.headers.get('ratelimit')).toBe(`"posts-by-address";r=0;t=${seconds}`)
    expect(refused.headers.get('ratelimit-policy')).toBe('"posts-by-address";q=3;w=60')
    expect(await problemOf(refused)).toBe('429 rate-limited')
    expect(await ingest.log.channel(channel)).toMatchObject({ messages: 3 })
    expect(await limited(ingest, 'posts-by-address')).toBe(1)
    expect((await post(ingest.origin, channel, { data: 1 }, from('192.0.2.2'))).status).toBe(201)
  })

  test('of all addresses of one IPv6 network count together', async () => {
    const ingest = await open({ postsPerMinutePerAddress: 2 })
    const statuses: number[] = []
    for (const address of ['2001:db8::1', '2001:db8::2', '2001:db8:0:0:9::', '2001:db8:0:1::1']) {
      statuses.push((await post(ingest.origin, 'a', { data: 1 }, from(address))).status)
    }
    expect(statuses).toEqual([201, 201, 429, 201])
  })

  test('count for their principal wherever it is, and for its address whoever else is there', async () => {
    const issuer = await TestIssuer.create()
    const ingest = await open({ postsPerMinute: 2, postsPerMinutePerAddress: 3 }, { issuer })
    const send = async (principal: string, address: string): Promise<Response> => {
      const token = await issuer.token(principal, { grants: ['write a'] })
      const headers = { ...from(address), Authorization: `Bearer ${token}` }
      return post(ingest.origin, 'a', { data: 1 }, headers)
    }
    await waitFor(async () => (await send('user:carol', '192.0.2.9')).status === 201)
    const one = await send('user:alice', '192.0.2.1')
    expect([one.headers.get('ratelimit-policy'), one.headers.get('ratelimit')]).toEqual([
      '"posts";q=2;w=60, "posts-by-address";q=3;w=60',
      '"posts";r=1;t=60, "posts-by-address";r=2;t=60',
    ])
    const statuses: number[] = []
    for (const [principal, address] of [
      ['user:alice', '192.0.2.2'],
      ['user:alice', '192.0.2.3'],
      ['user:bob', '192.0.2.1'],
      ['user:dora', '192.0.2.1'],
      ['user:dora', '192.0.2.1'],
    ] as const) {
      statuses.push((await send(principal, address)).status)
    }
    expect(statuses).toEqual([201, 429, 201, 201, 429])
    expect(await limited(ingest, 'posts')).toBe(1)
    expect(await limited(ingest, 'posts-by-address')).toBe(1)
  })

  test('cost one point more for each full 4 KiB, also if they are not valid', async () => {
    const ingest = await open({ postsPerMinutePerAddress: 10 }, { maxBodyBytes: 10_000 })
    const send = (bytes: number): Promise<Response> =>
      post(ingest.origin, 'a', 'x'.repeat(bytes), from('192.0.2.1'))
    const left: (string | undefined)[] = []
    for (const bytes of [1, 4_095, 4_096, 8_192]) {
      const answer = await send(bytes)
      expect(await problemOf(answer)).toBe('400 malformed-json')
      left.push(/;r=(\d+);/.exec(answer.headers.get('ratelimit') ?? '')?.[1])
    }
    expect(left).toEqual(['9', '8', '6', '3'])
    await send(1)
    expect(await problemOf(await send(8_192))).toBe('429 rate-limited')
    expect((await send(4_096)).status).toBe(400)
    expect(await problemOf(await send(1))).toBe('429 rate-limited')
  })

  test('are counted by two ingests together', async () => {
    const prefix = uniquePrefix()
    const shared = async () => ({ redis: await openRedis(opened), prefix, replicas: 2 })
    const limit = { postsPerMinutePerAddress: 10 }
    const one = await open({ ...limit, shared: await shared() })
    const other = await open({ ...limit, shared: await shared() })
    const redis = await openRedis(opened)
    const counted = async (): Promise<number> =>
      Number(await redis.get(`${prefix}:limit:{limits}:posts-by-address:192.0.2.1`))
    let stored = 0
    for (let count = 0; count < 10; count++) {
      for (const { origin } of [one, other]) {
        const { status } = await post(origin, 'a', { data: 1 }, from('192.0.2.1'))
        if (status === 201) stored++
        await waitFor(async () => (await counted()) === stored)
      }
    }
    // Each learns of the other's with its own next post: at most one too many.
    expect(stored).toBeGreaterThanOrEqual(10)
    expect(stored).toBeLessThanOrEqual(11)
  })
})

describe('answers to reads', () => {
  test('are counted in bytes when they end, and refused when all are used up', async () => {
    const ingest = await open({ historyBytesPerMinutePerAddress: 5_000 })
    const channel = fresh()
    for (let count = 0; count < 10; count++) {
      await post(ingest.origin, channel, { data: 'x'.repeat(900) })
    }
    const read = (path: string, address = '192.0.2.1'): Promise<Response> =>
      fetch(`${ingest.origin}${path}`, { headers: from(address) })
    const page = await read(`/history?channel=${channel}`)
    expect(page.headers.get('ratelimit-policy')).toBe(
      '"history-by-address";q=5000;qu="content-bytes";w=60',
    )
    expect(page.headers.get('ratelimit')).toBe('"history-by-address";r=5000;t=60')
    expect((await page.text()).length).toBeGreaterThan(9_000)
    for (const path of [
      `/history?channel=${channel}`,
      `/channels/${channel}`,
      `/channels/${channel}/messages/1`,
    ]) {
      const refused = await read(path)
      expect(refused.headers.get('retry-after')).toMatch(/^[1-9]\d?$/)
      expect(await problemOf(refused)).toBe('429 rate-limited')
    }
    expect((await read(`/channels/${channel}`, '192.0.2.2')).status).toBe(200)
    expect(await limited(ingest, 'history-by-address')).toBe(3)
  })
})
