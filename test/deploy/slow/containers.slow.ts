import { randomBytes } from 'node:crypto'
import { get as open, type IncomingMessage } from 'node:http'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { waitFor } from '../../support/waitFor.ts'
import { describeUnless } from '../../support/describeUnless.ts'
import { Backing } from './cluster.ts'
import { Edge } from './edge.ts'
import { record, rounded } from './figures.ts'
import { containerLack } from './paths.ts'
import { docker, migrate, Pod, smoke } from './pod.ts'

const DRAIN_SECONDS = 10
/** After the drain: 5 s for closing, 1 s for the log, 2 s for the watchdog. */
const AFTER_DRAIN_SECONDS = 8

const ACCOUNT = {
  PUBLIC_ORIGIN: 'http://localhost:8080',
  SECURE_COOKIES: 'false',
  ACCOUNT_KEY: randomBytes(32).toString('base64url'),
}

let backing: Backing
const pods: Record<string, Pod> = {}

beforeAll(async () => {
  if (containerLack !== undefined) return
  backing = await Backing.start()
  for (const role of ['bridge', 'ingest', 'gateway', 'account'] as const) {
    const env = { DRAIN_SECONDS: String(DRAIN_SECONDS), ...(role === 'account' ? ACCOUNT : {}) }
    pods[role] = await Pod.start(role, { urls: backing.urls, env })
  }
}, 120_000)
afterAll(async () => {
  await Promise.all(Object.values(pods).map((each) => each.remove()))
  await backing?.stop()
}, 120_000)

const pod = (role: string): Pod => {
  const found = pods[role]
  if (found === undefined) throw new Error(`There is no ${role}`)
  return found
}

const health = (of: Pod) => docker('inspect', '--format', '{{.State.Health.Status}}', of.name)

describeUnless(containerLack)('a container', () => {
  test.each([
    ['ingest', 'start of an ingest'],
    ['bridge', 'start of a bridge'],
    ['gateway', 'start of a gateway'],
    ['account', 'start of an account'],
  ] as const)('of %s is ready within a minute', (role, name) => {
    const { readyMs } = pod(role)
    expect(readyMs).toBeLessThan(60_000)
    record(name, { 'seconds from `docker run` to ready': rounded(readyMs / 1_000) })
  })

  test.each(['ingest', 'bridge', 'gateway', 'account'])(
    'of %s has no capability and a read-only root',
    async (role) => {
      const inside = (...command: string[]) => docker('exec', pod(role).name, ...command)
      const status = await inside('cat', '/proc/1/status')
      expect(status).toMatch(/^CapEff:\s+0+$/m)
      expect(status).toMatch(/^Uid:\s+1000\s+1000/m)
      expect(status).toMatch(/^NoNewPrivs:\s+1$/m)
      // PID 1 is Node, and no shell that would swallow a signal.
      expect(await inside('cat', '/proc/1/comm')).toBe('node')
      await expect(inside('touch', '/app/x')).rejects.toThrow(/Read-only file system/)
    },
  )

  test('of a gateway passes its own health check', async () => {
    await waitFor(async () => (await health(pod('gateway'))) === 'healthy', 60)
    expect(await health(pod('gateway'))).toBe('healthy')
  })

  test('of the migration leaves a database alone that is up to date', async () => {
    expect(await migrate(backing.urls)).toContain('up to date')
  })

  test('of the edge carries a message there and back', async () => {
    const to = {
      ingest: pod('ingest').port,
      gateway: pod('gateway').port,
      account: pod('account').port,
    }
    const edge = await Edge.start(backing.dir, to)
    try {
      expect(await smoke(edge.origin)).toContain('Posted, delivered and read back')
      const methods = await fetch(`${edge.origin}/account/methods`)
      expect(await methods.json()).toMatchObject({ local: true })
      expect(await docker('exec', edge.name, 'cat', '/proc/1/comm')).toBe('nginx')
    } finally {
      await edge.remove()
    }
  })

  test('of a gateway says goodbye to a hundred streams and stops in time', async () => {
    const gateway = pod('gateway')
    const streams = await Promise.all(Array.from({ length: 100 }, () => stream(gateway.origin)))
    expect(await gateway.metric('causeway_gateway_streams')).toBe(100)
    const { exitCode, ms } = await gateway.stop(DRAIN_SECONDS + AFTER_DRAIN_SECONDS + 20)
    expect(exitCode).toBe(0)
    expect(ms).toBeLessThan((DRAIN_SECONDS + AFTER_DRAIN_SECONDS) * 1_000)
    // Each reader got a goodbye, and each response was complete.
    expect(new Set(await Promise.all(streams.map(({ end }) => end)))).toEqual(new Set(['clean']))
    record('`docker stop` of a gateway', {
      'streams that ended well': streams.length,
      seconds: rounded(ms / 1_000),
      'as exit code': exitCode,
    })
  })

  test.each(['ingest', 'bridge', 'account'])('of %s stops in time', async (role) => {
    const { exitCode, ms } = await pod(role).stop(DRAIN_SECONDS + AFTER_DRAIN_SECONDS + 20)
    expect(exitCode).toBe(0)
    expect(ms).toBeLessThan((DRAIN_SECONDS + AFTER_DRAIN_SECONDS) * 1_000)
  })
})

/** Resolves when the stream is ready. `end` resolves to `clean` after a goodbye and a complete response. */
async function stream(origin: string): Promise<{ end: Promise<string> }> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    open(`${origin}/events?channel=a`, { agent: false }, resolve).on('error', reject)
  })
  let text = ''
  response.setEncoding('utf8')
  const ready = new Promise<void>((resolve) => {
    response.on('data', (chunk: string) => {
      text += chunk
      if (text.includes('event:ready')) resolve()
    })
  })
  const end = new Promise<string>((resolve) => {
    response.on('close', () => {
      const said = /event:goodbye\n.*"reason":"shutdown"/s.test(text)
      resolve(
        response.complete && said ? 'clean' : `complete: ${response.complete}, goodbye: ${said}`,
      )
    })
  })
  response.on('error', () => {})
  await ready
  return { end }
}
