import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { Stack } from '../stack/stack.ts'
import { describeUnless } from './support/describeUnless.ts'
import { lackOf } from './support/lackOf.ts'
import { runProgram } from './support/runProgram.ts'
import { testStack } from './support/testStack.ts'

const lack = lackOf('openssl', 'curl', 'redis-cli', 'mosquitto_sub', 'psql')
let stack: Stack
let authority: string

beforeAll(async () => {
  if (lack !== undefined) return
  stack = await testStack({ ownServers: true, secure: true })
  authority = join(stack.dir, 'tls/ca.crt')
}, 120_000)

afterAll(() => stack?.stop(), 60_000)

/** Where a server listens, as host:port. */
const placeOf = (url: string): string => new URL(url).host

describeUnless(lack)('a stack with --secure', () => {
  test('carries a message on its whole journey, for clients that check its certificate', async () => {
    const env = {
      NODE_EXTRA_CA_CERTS: authority,
      CAUSEWAY_TEST_STACK: join(stack.dir, 'stack.json'),
    }
    const args = ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', 'test/journey']
    // Another process: Node reads further authorities only when it starts.
    const options = ['--globalSetup=', '--globalTeardown=']
    const { code, output } = await runProgram(process.execPath, [...args, ...options], env)
    expect([code, output]).toEqual([0, expect.stringMatching(/Tests: +5 passed, 5 total/)])
  }, 180_000)

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
      expect(await openssl(['s_client', ...how])).toMatch(/unable to get local issuer certificate/)
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
