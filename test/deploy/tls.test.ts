import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { Stack } from '../../stack/stack.ts'
import { testServers } from '../support/servers.ts'
import { runProgram } from '../support/runProgram.ts'
import { testDatabase } from '../support/testDatabase.ts'
import { TestIssuer } from '../support/testIssuer.ts'
import { testStack } from '../support/testStack.ts'
import { makeCertificate } from './tls/certificate.ts'
import { openTerminator, type Terminator } from './tls/terminator.ts'
import { describeUnless } from '../support/describeUnless.ts'
import { roundTrip } from './tools/roundTrip.ts'
import { programLack } from './tools/tools.ts'

const lack = programLack('openssl')
let dir: string
let stack: Stack
let token: string
let databaseUrl: string
const doors: Record<string, Terminator> = {}

/** As the chart's profile external-tls: addresses with TLS, and a private certificate authority. */
beforeAll(async () => {
  if (lack !== undefined) return
  dir = mkdtempSync(join(tmpdir(), 'causeway-tls-'))
  const own = makeCertificate(join(dir, 'own'), 'DNS:localhost')
  databaseUrl = await testDatabase()
  const { redisUrl, mqttUrl } = testServers()
  doors['postgres'] = await openTerminator(portOf(databaseUrl), own, true)
  doors['redis'] = await openTerminator(portOf(redisUrl), own)
  doors['mqtt'] = await openTerminator(portOf(mqttUrl), own)
  const issuer = await TestIssuer.create()
  token = await issuer.token('service:reader', { grants: ['read,write a'] })
  stack = await testStack({
    bridges: 1,
    gateways: 1,
    env: (_role, _index, urls) => ({
      ...issuer.env(),
      DATABASE_URL: secured(urls.databaseUrl, 'postgres'),
      REDIS_URL: behind(urls.redisUrl.replace('redis:', 'rediss:'), 'redis').href,
      MQTT_URL: behind(urls.mqttUrl.replace('mqtt:', 'mqtts:'), 'mqtt').href,
      NODE_EXTRA_CA_CERTS: join(dir, 'own.crt'),
    }),
  })
}, 60_000)

afterAll(async () => {
  await stack?.stop()
  for (const door of Object.values(doors)) door.close()
  if (dir !== undefined) rmSync(dir, { recursive: true, force: true })
}, 60_000)

const portOf = (url: string): number => Number(new URL(url).port)

function behind(url: string, door: string): URL {
  const to = new URL(url)
  to.hostname = 'localhost'
  to.port = String(doors[door]?.port)
  return to
}

function secured(url: string, door: string): string {
  const to = behind(url, door)
  to.searchParams.set('sslmode', 'verify-full')
  return to.href
}

function migrate(env: Record<string, string>) {
  const own = { DATABASE_URL: secured(databaseUrl, 'postgres') }
  return runProgram('node', ['dist/history/main.js'], { ...own, ...env })
}

describeUnless(lack)('if every server is reached by TLS only', () => {
  test('a message is posted and delivered', async () => {
    const { data }: { data: string } = await roundTrip(stack.origin, token)
    expect(data).toContain('"x"')
    for (const { accepted } of Object.values(doors)) expect(accepted).toBeGreaterThan(0)
  })

  test('the migration reaches the database', async () => {
    const { code } = await migrate({ NODE_EXTRA_CA_CERTS: join(dir, 'own.crt') })
    expect(code).toBe(0)
  })

  test('the migration refuses a server whose certificate no known authority signed', async () => {
    const { code, output } = await migrate({})
    expect(code).toBe(1)
    expect(output).toMatch(/self-signed certificate/)
  })

  test('the migration refuses a server whose certificate is for another name', async () => {
    const other = makeCertificate(join(dir, 'other'), 'DNS:postgres.example.org')
    doors['other'] = await openTerminator(portOf(databaseUrl), other, true)
    const { code, output } = await migrate({
      DATABASE_URL: secured(databaseUrl, 'other'),
      NODE_EXTRA_CA_CERTS: join(dir, 'other.crt'),
    })
    expect(code).toBe(1)
    expect(output).toMatch(/altnames|Host/i)
  })
})
