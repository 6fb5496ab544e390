import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { readMetric } from '../stack/readMetric.ts'
import { ROOT } from '../stack/root.ts'
import { disposables } from './support/disposables.ts'
import { post } from './support/ingestClient.ts'
import { PackageReader } from './support/packageReader.ts'
import { openRedis, ownRedis } from './support/testRedis.ts'
import { testStack } from './support/testStack.ts'
import { waitFor } from './support/waitFor.ts'

const opened = disposables()

/** The words of the line of docs/deploy.md that makes the gateways' user. */
function rulesOfDocs(): string[] {
  const page = readFileSync(join(ROOT, 'docs/deploy.md'), 'utf8')
  return /^ACL SETUSER gateway (.+)$/m.exec(page)?.[1]?.split(' ') ?? []
}

test('a gateway works as the Redis user that docs/deploy.md gives it, and that user cannot write', async () => {
  const { url } = await ownRedis(opened)
  const redis = await openRedis(opened, url)
  await redis.call('ACL', 'SETUSER', 'gateway', ...rulesOfDocs())
  const own = new URL(url)
  own.username = 'gateway'
  own.password = 'PASSWORD'
  const stack = await testStack({
    redisUrl: url,
    redisPrefix: 'causeway',
    bridges: 1,
    gateways: 1,
    env: (role) => (role === 'gateway' ? { REDIS_URL: own.href } : {}),
  })
  opened.add(() => stack.stop())
  const gateway = stack.processes.find(({ role }) => role === 'gateway')
  const metric = (name: string, labels?: string) => readMetric(gateway?.metricsUrl, name, labels)
  await waitFor(async () => (await metric('causeway_gateway_live')) === 1)
  await post(stack.origin, 'a', { data: 1 })
  await waitFor(async () => (await redis.keys('*:recent:a')).length === 1)

  const reader = new PackageReader(opened, `${stack.origin}/events?channel=a&since=0`)
  await waitFor(() => reader.positions.length === 1)
  await post(stack.origin, 'a', { data: 1 })
  await waitFor(() => reader.positions.length === 2)

  // It has read the earlier message from Redis, and Redis refused none of its commands.
  expect(await metric('causeway_gateway_reads_total', 'source="recent"')).toBeGreaterThan(0)
  expect(await redis.call('ACL', 'LOG')).toEqual([])
  const [extent = ''] = await redis.keys('*:extent')
  for (const [command = '', ...more] of [
    ['SET', 'x'],
    ['XADD', '*', 'm', 'x'],
    ['DEL'],
    ['PUBLISH', 'x'],
  ]) {
    const dry = await redis.call('ACL', 'DRYRUN', 'gateway', command, extent, ...more)
    expect([command, dry]).toEqual([command, expect.stringMatching(/no permission/i)])
  }
}, 90_000)
