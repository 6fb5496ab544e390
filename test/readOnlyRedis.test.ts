import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { EventSource } from 'eventsource'
import { ROOT } from '../stack/root.ts'
import { disposables } from './support/disposables.ts'
import { openRedis, ownRedis } from './support/testRedis.ts'
import { testStack } from './support/testStack.ts'
import { waitFor } from './support/waitFor.ts'

const opened = disposables()

/** The words of the line of docs/deploy.md that makes the gateways' user. */
function rulesOfDocs(): string[] {
  const page = readFileSync(join(ROOT, 'docs/deploy.md'), 'utf8')
  return /^ACL SETUSER gateway (.+)$/m.exec(page)?.[1]?.split(' ') ?? []
}

test('a gateway does all of its work as the Redis user that docs/deploy.md gives it, and that one cannot write', async () => {
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
  const post = () =>
    fetch(`${stack.origin}/channels/a/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"data":1}',
    })
  const gateway = stack.processes.find(({ role }) => role === 'gateway')
  const tells = async (line: string) =>
    (await (await fetch(`${gateway?.metricsUrl}/metrics`)).text()).includes(`\n${line}\n`)
  await waitFor(() => tells('causeway_gateway_live 1'))
  await post()
  await waitFor(async () => (await redis.keys('*:recent:a')).length === 1)

  let heard = 0
  const source = new EventSource(`${stack.origin}/events?channel=a&since=0`)
  opened.add(() => source.close())
  source.addEventListener('message', () => (heard += 1))
  await waitFor(() => heard === 1)
  await post()
  await waitFor(() => heard === 2)

  // It has asked Redis for what was before, and nothing of all that was refused.
  const none = await Promise.all(
    ['recent', 'log'].map((from) => tells(`causeway_gateway_reads_total{source="${from}"} 0`)),
  )
  expect(none).toContain(false)
  expect(await redis.call('ACL', 'LOG')).toEqual([])
  const [extent] = await redis.keys('*:extent')
  for (const [command, ...more] of [
    ['SET', 'x'],
    ['XADD', '*', 'm', 'x'],
    ['DEL'],
    ['PUBLISH', 'x'],
  ]) {
    const dry = redis.call('ACL', 'DRYRUN', 'gateway', command ?? '', extent ?? '', ...more)
    expect([command, await dry]).toEqual([command, expect.stringMatching(/no permission/i)])
  }
}, 90_000)
