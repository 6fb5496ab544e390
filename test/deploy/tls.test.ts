import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { EventSource } from 'eventsource'
import type { Stack } from '../../stack/stack.ts'
import { testServers } from '../support/servers.ts'
import { testDatabase } from '../support/testDatabase.ts'
import { testStack } from '../support/testStack.ts'
import { run as runProgram } from './jenkins/support.ts'
import { type Certificate, Terminator } from './tls/terminator.ts'
import { describeUnless } from './tools/describeUnless.ts'
import { programLack } from './tools/tools.ts'

const lack = programLack('openssl')
let dir: string
let stack: Stack
let databaseUrl: string
const doors: Record<string, Terminator> = {}

/** What the profile external-tls of the chart says: addresses with TLS, and an authority of one's own. */
beforeAll(async () => {
  if (lack !== undefined) return
  dir = mkdtempSync(join(tmpdir(), 'causeway-tls-'))
  const own = makeCertificate('own', 'localhost')
  databaseUrl = await testDatabase()
  const { redisUrl, mqttUrl } = testServers()
  const to = (url: string) => ({ ...own, targetPort: Number(new URL(url).port) })
  doors['postgres'] = await Terminator.open({ ...to(databaseUrl), isPostgres: true })
  doors['redis'] = await Terminator.open(to(redisUrl))
  doors['mqtt'] = await Terminator.open(to(mqttUrl))
  const env = {
    DATABASE_URL: secured(databaseUrl, 'postgres'),
    REDIS_URL: `rediss://localhost:${doors['redis'].port}`,
    MQTT_URL: `mqtts://localhost:${doors['mqtt'].port}`,
    NODE_EXTRA_CA_CERTS: join(dir, 'own.crt'),
  }
  stack = await testStack({ databaseUrl, bridges: 1, gateways: 1, env: () => env })
}, 60_000)

afterAll(async () => {
  await stack?.stop()
  for (const door of Object.values(doors)) door.close()
  if (dir !== undefined) rmSync(dir, { recursive: true, force: true })
}, 60_000)

function makeCertificate(name: string, host: string): Certificate {
  const files = [join(dir, `${name}.key`), join(dir, `${name}.crt`)] as const
  const kind = '-x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2'.split(' ')
  const subject = ['-subj', `/CN=${host}`, '-addext', `subjectAltName=DNS:${host}`]
  const out = ['-keyout', files[0], '-out', files[1]]
  execFileSync('openssl', ['req', ...kind, ...subject, ...out], { stdio: 'pipe' })
  return { key: readFileSync(files[0]), cert: readFileSync(files[1]) }
}

function secured(url: string, door: string): string {
  const to = new URL(url)
  to.hostname = 'localhost'
  to.port = String(doors[door]?.port)
  to.searchParams.set('sslmode', 'verify-full')
  return to.href
}

function migrate(env: Record<string, string>) {
  const own = { DATABASE_URL: secured(databaseUrl, 'postgres') }
  return runProgram('node', ['dist/history/main.js'], { ...own, ...env })
}

describeUnless(lack)('where everything outside is reached by TLS alone', () => {
  test('a message goes its whole way', async () => {
    const source = new EventSource(`${stack.origin}/events?channel=a`)
    const heard = new Promise<MessageEvent>((resolve, reject) => {
      source.addEventListener('error', reject)
      source.addEventListener('message', resolve)
    })
    await new Promise((resolve) => source.addEventListener('ready', resolve, { once: true }))
    await fetch(`${stack.origin}/channels/a/messages`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: '{"data":"secured"}',
    })
    const { data }: { data: string } = await heard
    source.close()
    expect(data).toContain('"secured"')
    for (const { accepted } of Object.values(doors)) expect(accepted).toBeGreaterThan(0)
  })

  test('the migration finds the database', async () => {
    const { code } = await migrate({ NODE_EXTRA_CA_CERTS: join(dir, 'own.crt') })
    expect(code).toBe(0)
  })

  test('a server that nobody vouches for is not believed', async () => {
    const { code, output } = await migrate({})
    expect(code).toBe(1)
    expect(output).toMatch(/self-signed certificate/)
  })

  test('nor is one whose certificate is for another name', async () => {
    const other = makeCertificate('other', 'postgres.example.org')
    const { port } = new URL(databaseUrl)
    const door = await Terminator.open({ ...other, targetPort: Number(port), isPostgres: true })
    doors['other'] = door
    const { code, output } = await migrate({
      DATABASE_URL: secured(databaseUrl, 'other'),
      NODE_EXTRA_CA_CERTS: join(dir, 'other.crt'),
    })
    expect(code).toBe(1)
    expect(output).toMatch(/altnames|Host/i)
  })
})
