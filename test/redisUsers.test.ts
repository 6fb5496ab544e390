import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { readMetric } from '../stack/readMetric.ts'
import { ROOT } from '../stack/root.ts'
import type { Stack } from '../stack/stack.ts'
import { describeUnless } from './support/describeUnless.ts'
import { disposables } from './support/disposables.ts'
import { post } from './support/ingestClient.ts'
import { lackOf } from './support/lackOf.ts'
import { PackageReader } from './support/packageReader.ts'
import { asNobody, redisCli, withPasswordOf } from './support/realClients.ts'
import { testStack } from './support/testStack.ts'
import { waitFor } from './support/waitFor.ts'

const opened = disposables()
let stack: Stack

beforeAll(async () => {
  stack = await testStack({ ownServers: true, redisPrefix: 'causeway', mqttPrefix: 'causeway' })
  await post(stack.origin, 'secret', { data: 1 })
}, 120_000)

afterAll(() => stack?.stop(), 60_000)

const addressOf = (variable: string): URL => new URL(stack.addresses[variable] ?? '')

/** Users and what follows their passwords, in the lines that match. */
function rules(text: string, line: RegExp): string[] {
  return [...text.matchAll(line)].map(([, user, rest]) => `${user} ${rest}`)
}

describeUnless(lackOf('redis-cli'))('Redis', () => {
  test.each([[['PING']], [['GET', 'x']], [['FLUSHALL']], [['INFO']], [['CONFIG', 'GET', '*']]])(
    'refuses %j of nobody',
    async (command) => {
      expect(await redisCli(asNobody(new URL(stack.redisUrl)), ...command)).toMatch(/NOAUTH/)
    },
  )

  test('refuses every user the password of another, and the default user any', async () => {
    const users = ['INGEST', 'BRIDGE', 'GATEWAY', 'LIMITS'].map((each) =>
      addressOf(`${each}_REDIS_URL`),
    )
    const unset = new URL(stack.redisUrl)
    unset.username = 'default'
    for (const user of [...users, unset]) {
      for (const other of users.filter((each) => each !== user)) {
        expect(await redisCli(withPasswordOf(other, user), 'PING')).toMatch(/WRONGPASS/)
      }
    }
  })

  const COMMON = [
    ['FLUSHALL'],
    ['FLUSHDB'],
    ['KEYS', '*'],
    ['SCAN', '0'],
    ['CONFIG', 'GET', '*'],
    ['ACL', 'LIST'],
    ['CLIENT', 'LIST'],
    ['CLIENT', 'KILL', 'TYPE', 'normal'],
    ['MONITOR'],
    ['DEBUG', 'SLEEP', '0'],
    ['SHUTDOWN'],
    ['MODULE', 'LIST'],
    ['SCRIPT', 'FLUSH'],
    ['GET', 'x'],
    ['GET', 'other:{0}:extent'],
    ['PSUBSCRIBE', '*'],
    ['SUBSCRIBE', 'causeway:{0}:watermark'],
  ]
  const KEY = 'causeway:{0}:e:extent'
  const PRESENCE = 'causeway:{0}:presence:a'
  const LIMIT = 'causeway:limit:{limits}:posts:user:a'
  test.each([
    ...COMMON.flatMap((command) =>
      ['INGEST', 'BRIDGE', 'GATEWAY', 'LIMITS'].map((service) => ({ service, command })),
    ),
    ...[
      ['GET', LIMIT],
      ['SET', LIMIT, '0'],
      ['SSUBSCRIBE', 'causeway:{0}:watermark'],
    ].map((command) => ({ service: 'BRIDGE', command })),
    ...[
      ['GET', KEY],
      ['GET', LIMIT],
      ['SET', PRESENCE, 'x'],
      ['DEL', PRESENCE],
      ['ZADD', PRESENCE, '1', 'x'],
      ['ZREM', PRESENCE, 'x'],
      ['EVAL', `return redis.call('DEL', KEYS[1])`, '1', PRESENCE],
      ['EVAL', `return redis.call('GET', KEYS[1])`, '1', KEY],
      ['SPUBLISH', 'causeway:{0}:watermark', 'x'],
      ['SSUBSCRIBE', 'causeway:{0}:watermark'],
    ].map((command) => ({ service: 'INGEST', command })),
    ...[
      ['SET', KEY, 'x'],
      ['DEL', KEY],
      ['XADD', KEY, '*', 'm', 'x'],
      ['SPUBLISH', 'causeway:{0}:watermark', 'x'],
      ['PUBLISH', 'causeway:{0}:watermark', 'x'],
      ['EVAL', `return redis.call('GET', KEYS[1])`, '1', KEY],
      ['GET', LIMIT],
      ['SSUBSCRIBE', 'other'],
    ].map((command) => ({ service: 'GATEWAY', command })),
    ...[
      ['GET', KEY],
      ['SET', KEY, 'x'],
      ['EVAL', `return redis.call('GET', '${KEY}')`, '1', LIMIT],
      ['SPUBLISH', 'causeway:{0}:watermark', 'x'],
      ['SSUBSCRIBE', 'causeway:{0}:watermark'],
    ].map((command) => ({ service: 'LIMITS', command })),
  ])('refuses $command of the user in $service', async ({ service, command }) => {
    expect(await redisCli(addressOf(`${service}_REDIS_URL`), ...command)).toMatch(
      /NOPERM|not allowed|can't access|can't run|no permission/i,
    )
  })

  test('refuses nothing that a service asks for', async () => {
    const gateway = stack.processes.find(({ role }) => role === 'gateway')
    const readsOf = (source: string) =>
      readMetric(gateway?.metricsUrl, 'causeway_gateway_reads_total', `source="${source}"`)
    const before = await readsOf('recent')
    // Opened at one of two gateways each time: in the end also at this one, which reads what came before in Redis.
    await waitFor(async () => {
      const reader = new PackageReader(opened, `${stack.origin}/events?channel=secret&since=0`)
      await waitFor(() => reader.positions.length > 0)
      reader.close()
      return (await readsOf('recent')) > before
    })
    await waitFor(async () => {
      const answer: unknown = await (await fetch(`${stack.origin}/channels/secret`)).json()
      return Object(answer).occupancy === 0
    })
    const log = await redisCli(new URL(stack.redisUrl), 'ACL', 'LOG', '1000')
    // What the tests here asked is in it; the connections of services have names.
    expect(log).toContain(' name= ')
    expect(log).not.toContain(' name=causeway')
  })

  test('has in docs/deploy.md the users that it has here', () => {
    const [page = '', template = ''] = ['docs/deploy.md', 'deploy/redis/redis.conf.template'].map(
      (path) => readFileSync(join(ROOT, path), 'utf8'),
    )
    const own = rules(template, /^user (ingest|bridge|gateway|limiter) on >\S+ (.+)$/gm)
    expect(own).toHaveLength(4)
    expect(rules(page, /^ACL SETUSER (\w+) on >\S+ (.+)$/gm)).toEqual(
      own.map((rule) => rule.replaceAll('${REDIS_PREFIX}', 'causeway')),
    )
  })
})
