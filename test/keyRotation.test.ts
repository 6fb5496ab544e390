import { randomBytes } from 'node:crypto'
import { beforeEach, describe, expect, test } from '@jest/globals'
import { EventSource } from 'eventsource'
import type { Message } from '../contract/message.ts'
import type { Stack } from '../stack/stack.ts'
import { disposables } from './support/disposables.ts'
import { testDatabase } from './support/testDatabase.ts'
import { openRedis } from './support/testRedis.ts'
import { testStack } from './support/testStack.ts'
import { uniquePrefix } from './support/uniquePrefix.ts'
import { waitFor } from './support/waitFor.ts'

const opened = disposables()
const newKey = (): string => randomBytes(32).toString('hex')
const [OLD, NEW] = [newKey(), newKey()]

let databaseUrl: string
let prefix: string
let posted: number

beforeEach(async () => {
  databaseUrl = await testDatabase()
  prefix = uniquePrefix()
  posted = 0
})

/** One version of all services, beside the others on the same log. */
async function start(copyKeys: string): Promise<Stack> {
  const shared = { databaseUrl, redisPrefix: prefix, mqttPrefix: prefix, bridges: 1, gateways: 1 }
  const stack = await testStack({ ...shared, env: () => ({ COPY_KEYS: copyKeys }) })
  opened.add(() => stack.stop())
  return stack
}

/** Everything of the channel, from its first message on. */
function read(stack: Stack): { positions: number[]; close: () => void } {
  const source = new EventSource(`${stack.origin}/events?channel=a&since=0`)
  const positions: number[] = []
  source.addEventListener('message', ({ data }) => {
    const { position }: Message = JSON.parse(String(data))
    positions.push(position)
  })
  opened.add(() => source.close())
  return { positions, close: () => source.close() }
}

async function post(stack: Stack): Promise<void> {
  const { status } = await fetch(`${stack.origin}/channels/a/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"data":1}',
  })
  expect(status).toBe(201)
  posted += 1
}

async function refused(stacks: Stack[]): Promise<number> {
  const urls = stacks
    .flatMap(({ processes }) => processes)
    .filter(({ role }) => role === 'bridge' || role === 'gateway')
    .map(({ metricsUrl }) => `${metricsUrl}/metrics`)
  const pages = await Promise.all(urls.map(async (url) => (await fetch(url)).text()))
  const counts = pages.flatMap((page) => [
    ...page.matchAll(/^causeway_refused_copies_total\{.*\} (\d+)$/gm),
  ])
  // Of each bridge and each gateway: over MQTT and in Redis.
  expect(counts).toHaveLength(2 * urls.length)
  return counts.reduce((sum, [, count]) => sum + Number(count), 0)
}

/** Each version takes posts, and the readers of each get all that was ever posted, once and in order. */
async function useTogether(stacks: Stack[]): Promise<void> {
  const early = stacks.map(read)
  // oxlint-disable-next-line no-await-in-loop -- one after the other, so that they also follow each other in the log
  for (const stack of [...stacks, ...stacks]) await post(stack)
  const readers = [...early, ...stacks.map(read)]
  await waitFor(() => readers.every(({ positions }) => positions.length >= posted))
  const all = Array.from({ length: posted }, (_, at) => at + 1)
  expect(readers.map(({ positions }) => positions)).toEqual(readers.map(() => all))
  for (const { close } of readers) close()
}

describe('the key of the copies', () => {
  test('is replaced in three steps, each rolled out beside the one before, without one refused copy', async () => {
    let before = await start(OLD)
    await useTogether([before])
    for (const keys of [`${OLD},${NEW}`, `${NEW},${OLD}`, NEW]) {
      if (keys === NEW) await removeFromRedis()
      const after = await start(keys)
      await useTogether([before, after])
      expect([keys, await refused([before, after])]).toEqual([keys, 0])
      await before.stop()
      before = after
    }
    await useTogether([before])
    expect(await refused([before])).toBe(0)
  }, 120_000)

  test('costs nobody a message if it is replaced at once, but copies are refused meanwhile', async () => {
    const before = await start(OLD)
    await useTogether([before])
    const after = await start(NEW)
    await useTogether([before, after])
    expect(await refused([before, after])).toBeGreaterThan(0)
  }, 120_000)
})

/** What the runbook does with redis-cli. */
async function removeFromRedis(): Promise<void> {
  const redis = await openRedis(opened)
  await redis.unlink(await redis.keys(`${prefix}:{0}:*`))
}
