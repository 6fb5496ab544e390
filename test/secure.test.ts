import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { readMetric } from '../stack/readMetric.ts'
import type { Stack } from '../stack/stack.ts'
import { describeUnless } from './support/describeUnless.ts'
import { disposables } from './support/disposables.ts'
import { lackOf } from './support/lackOf.ts'
import { RawReader } from './support/rawReader.ts'
import { runProgram } from './support/runProgram.ts'
import { testStack } from './support/testStack.ts'
import { waitFor } from './support/waitFor.ts'

const lack = lackOf('openssl', 'curl', 'redis-cli', 'mosquitto_sub', 'psql')
const opened = disposables()
let stack: Stack
let authority: string

beforeAll(async () => {
  if (lack !== undefined) return
  stack = await testStack({ ownServers: true, secure: true })
  authority = join(stack.dir, 'tls/ca.crt')
}, 120_000)

afterAll(() => stack?.stop(), 60_000)

/** A metric of all processes of a role together. */
async function total(role: string, metric: string): Promise<number> {
  const those = stack.processes.filter((each) => each.role === role)
  const values = await Promise.all(those.map(({ metricsUrl }) => readMetric(metricsUrl, metric)))
  return values.reduce((sum, value) => sum + value, 0)
}

/** Where a server listens, as host:port. */
const placeOf = (url: string): string => new URL(url).host

describeUnless(lack)('a stack with --secure', () => {
  test('carries a message on its whole journey, for clients that check its certificate', async () => {
    const trusted = readFileSync(authority, 'utf8')
    const reader = new RawReader(`${stack.origin}/events?channel=a`, { Host: 'localhost' }, trusted)
    opened.add(() => reader.socket.destroy())
    await waitFor(() => reader.named('ready').length > 0)
    const address = `${stack.origin}/channels/a/messages`
    const post = ['-sSf', '--cacert', authority, '--json', '{"data":"by TLS"}', address]
    const { output } = await runProgram('curl', post)
    await waitFor(() => reader.named().length > 0)
    expect(reader.named().map(({ data }) => data)).toEqual([output])
    // Bridges and gateways would find it in the log too; these show that the broker and Redis carry copies.
    await waitFor(async () => (await total('bridge', 'causeway_bridge_received_total')) > 0)
    await waitFor(async () => (await total('bridge', 'causeway_bridge_appended_total')) > 0)
    await waitFor(async () => (await total('gateway', 'causeway_gateway_live')) > 0)
  }, 60_000)

  test.each(['origin', 'redisUrl', 'mqttUrl', 'databaseUrl'] as const)(
    'shows at its %s a certificate of its own authority, and of no other',
    async (door) => {
      const place = placeOf(stack[door])
      const starttls = door === 'databaseUrl' ? ['-starttls', 'postgres'] : []
      const connect = ['s_client', '-connect', place, '-verify_return_error', ...starttls]
      const how = ['-verify_ip', '127.0.0.1', ...connect.slice(1)]
      const trusted = await openssl(['s_client', ...how, '-CAfile', authority])
      expect(trusted).toContain('Verify return code: 0 (ok)')
      expect(trusted).toMatch(/TLSv1\.[23]/)
      expect(await openssl(['s_client', ...how])).toMatch(
        /unable to get local issuer certificate|self-signed certificate in certificate chain/,
      )
      const other = ['s_client', ...connect.slice(1), '-verify_ip', '127.0.0.2']
      expect(await openssl([...other, '-CAfile', authority])).toMatch(/IP address mismatch/)
      expect(await openssl(['s_client', ...how, '-CAfile', authority, '-tls1_1'])).toMatch(
        /no protocols available|alert|unsupported protocol/i,
      )
    },
  )

  test('answers nobody without TLS', async () => {
    const { redisUrl, mqttUrl, databaseUrl, origin } = stack
    const [redis, mqtt] = [new URL(redisUrl), new URL(mqttUrl)]
    const plain = { REDISCLI_AUTH: redis.password, PGCONNECT_TIMEOUT: '5' }
    const answers = [
      await runProgram('redis-cli', ['-p', redis.port, '--user', 'admin', 'PING'], plain),
      await runProgram('mosquitto_sub', [
        '-p',
        mqtt.port,
        '-u',
        'admin',
        '-P',
        mqtt.password,
        '-t',
        '#',
        '-W',
        '3',
      ]),
      await runProgram(
        'psql',
        [databaseUrl.replace('verify-full', 'disable'), '-c', 'select 1'],
        plain,
      ),
      await runProgram('curl', ['-sSf', origin.replace('https:', 'http:')]),
      await runProgram('curl', ['-sSf', origin]),
    ]
    expect(answers.map(({ code }) => code)).not.toContain(0)
    expect(answers.map(({ output }) => output)).toEqual([
      expect.stringMatching(/closed|reset|I\/O error/i),
      // It gives up without a word.
      '',
      expect.stringContaining('no encryption'),
      expect.stringContaining('400'),
      expect.stringMatching(/certificate/i),
    ])
  }, 60_000)
})

/** What openssl said; it ends at the end of its empty input. */
async function openssl(args: string[]): Promise<string> {
  const { output } = await runProgram('sh', ['-c', 'exec openssl "$@" </dev/null', 'sh', ...args])
  return output
}
