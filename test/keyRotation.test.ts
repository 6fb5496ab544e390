import { randomBytes } from 'node:crypto'
import { beforeEach, describe, expect, test } from '@jest/globals'
import { readMetric } from '../stack/readMetric.ts'
import type { Stack } from '../stack/stack.ts'
import { disposables } from './support/disposables.ts'
import { post } from './support/ingestClient.ts'
import { PackageReader } from './support/packageReader.ts'
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

/** One version of all services, beside other versions on the same log. */
async function start(copyKeys: string): Promise<Stack> {
  const shared = { databaseUrl, redisPrefix: prefix, mqttPrefix: prefix, bridges: 1, gateways: 1 }
  const stack = await testStack({ ...shared, env: () => ({ COPY_KEYS: copyKeys }) })
  opened.add(() => stack.stop())
  return stack
}

/** The copies that bridges and gateways refused, over MQTT and in Redis. */
async function refused(stacks: Stack[]): Promise<number> {
  const counts = stacks
    .flatMap(({ processes }) => processes)
    .filter(({ role }) => role === 'bridge' || role === 'gateway')
    .map(({ metricsUrl }) => readMetric(metricsUrl, 'causeway_refused_copies_total'))
  expect(counts).toHaveLength(2 * stacks.length)
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0)
}

const read = ({ origin }: Stack): PackageReader =>
  new PackageReader(opened, `${origin}/events?channel=a&since=0`)

/** Each version takes posts, and the readers of each get every message of the channel, once and in order. */
async function useTogether(stacks: Stack[]): Promise<void> {
  const early = stacks.map(read)
  // One after the other, so that both versions write in turn.
  for (const { origin } of [...stacks, ...stacks]) {
    expect((await post(origin, 'a', { data: 1 })).status).toBe(201)
    posted += 1
  }
  const readers = [...early, ...stacks.map(read)]
  await waitFor(() => readers.every(({ positions }) => positions.length >= posted))
  const all = Array.from({ length: posted }, (_, at) => at + 1)
  expect(readers.map(({ positions }) => positions)).toEqual(readers.map(() => all))
  for (const reader of readers) reader.close()
}

describe('the key of the copies', () => {
  test('the key is replaced in three steps, each beside the step before, without one refused copy', async () => {
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

  test('a key replaced in one step loses no message, but copies are refused meanwhile', async () => {
    const before = await start(OLD)
    await useTogether([before])
    const after = await start(NEW)
    await useTogether([before, after])
    expect(await refused([before, after])).toBeGreaterThan(0)
  }, 120_000)
})

/** The runbook does this with redis-cli. */
async function removeFromRedis(): Promise<void> {
  const redis = await openRedis(opened)
  await redis.unlink(await redis.keys(`${prefix}:{0}:*`))
}
