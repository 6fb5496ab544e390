import { once } from 'node:events'
import { Agent, get, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { expect, test } from '@jest/globals'
import { disposables } from '../test/support/disposables.ts'
import { buildFixture, type Fixture } from '../test/support/fixtureService.ts'
import { within } from './deadline.ts'

const opened = disposables()
const built = buildFixture()
opened.add(() => built.remove())

function run(...args: (string | number)[]): Fixture {
  const fixture = built.run(...args)
  opened.add(() => fixture.signal('SIGKILL'))
  return fixture
}

test('A service answers probes and metrics on its private address only', async () => {
  const { open, hidden } = await run(1).addresses()
  expect((await ask(`${hidden}/live`)).status).toBe(200)
  const ready = await ask(`${hidden}/ready`)
  expect([ready.status, await ready.json()]).toEqual([200, { status: 'ok' }])
  const metrics = await ask(`${hidden}/metrics`)
  expect(metrics.headers.get('content-type')).toMatch('text/plain')
  expect(await metrics.text()).toMatch(/causeway_build_info\{.*service="fixture".*\} 1/)
  expect((await ask(`${hidden}/else`)).status).toBe(404)
  expect(await (await ask(`${open}/metrics`)).text()).toBe('ok')
})

test.each(['sick', 'hung'])('A service that is %s lives and is not ready', async (mode) => {
  const fixture = run(1, mode)
  const { hidden } = await fixture.addresses()
  const answers = await Promise.all([ask(`${hidden}/ready`), ask(`${hidden}/ready`)])
  expect(answers.map(({ status }) => status)).toEqual([503, 503])
  expect(await answers[0]?.json()).toEqual({ status: 'error' })
  expect((await ask(`${hidden}/live`)).status).toBe(200)
  // Logged when it changes, and not by every probe.
  expect(fixture.messages()).toEqual(['running', 'not ready'])
})

test.each(['SIGTERM', 'SIGINT'] as const)(
  'A service without requests ends with 0 on %s',
  async (signal) => {
    const fixture = run(5)
    const { open } = await fixture.addresses()
    await keptAlive(`${open}/`)
    fixture.signal(signal)
    expect(await fixture.exit()).toBe(0)
    expect(fixture.messages()).toEqual([
      'running',
      'signal',
      'drain begins',
      'drained',
      'close begins',
      'closed',
    ])
  },
)

test('A service that drains accepts nothing new, answers probes meanwhile, and finishes requests in flight', async () => {
  const fixture = run(20)
  const { open, hidden } = await fixture.addresses()
  const slow = ask(`${open}/slow`)
  await fixture.line('slow begins')
  fixture.signal('SIGTERM')
  await fixture.line('drain begins')
  await expect(answer(`${open}/`)).rejects.toThrow('ECONNREFUSED')
  expect((await ask(`${hidden}/ready`)).status).toBe(503)
  expect((await ask(`${hidden}/live`)).status).toBe(200)
  expect((await ask(`${hidden}/metrics`)).status).toBe(200)
  expect(fixture.messages()).not.toContain('drained')
  fixture.signal('SIGUSR2')
  expect(await (await slow).text()).toBe('slow but whole')
  expect(await fixture.exit()).toBe(0)
})

test('A service that drains answers one more request on a kept-alive connection', async () => {
  const fixture = run(20)
  const { open } = await fixture.addresses()
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  opened.add(() => agent.destroy())
  await text(await answer(`${open}/`, agent))
  fixture.signal('SIGTERM')
  await fixture.line('drain begins')
  const last = await answer(`${open}/`, agent)
  expect([last.headers.connection, await text(last)]).toEqual(['close', 'ok'])
  expect(await fixture.exit()).toBe(0)
})

test('A service cuts requests that outlast its drain, and ends with 0', async () => {
  const fixture = run(0.2)
  const { open } = await fixture.addresses()
  const stream = await answer(`${open}/stream`)
  const read = whole(stream)
  fixture.signal('SIGTERM')
  await expect(read).rejects.toThrow('aborted')
  expect(await fixture.exit()).toBe(0)
  expect(fixture.messages()).toContain('drain told to stop at once')
})

test('A service ends its drain at once on a second signal', async () => {
  const fixture = run(600)
  const { open } = await fixture.addresses()
  const read = whole(await answer(`${open}/stream`))
  fixture.signal('SIGTERM')
  await fixture.line('drain begins')
  fixture.signal('SIGINT')
  await expect(read).rejects.toThrow('aborted')
  expect(await fixture.exit()).toBe(0)
})

test('A service does not wait for a drain that never ends', async () => {
  const fixture = run(0.1, 'deaf')
  await fixture.addresses()
  fixture.signal('SIGTERM')
  expect(await fixture.exit()).toBe(0)
  expect(fixture.messages()).toContain('drain cut short')
})

test('A service ends with 1 if closing never ends', async () => {
  const fixture = run(0.1, 'stuck')
  await fixture.addresses()
  fixture.signal('SIGTERM')
  expect(await fixture.exit()).toBe(1)
  expect(fixture.messages()).toContain('error happened during shutdown')
})

test('A service ends at once with 1 on a third signal', async () => {
  const fixture = run(600, 'stuck')
  await fixture.addresses()
  fixture.signal('SIGTERM')
  await fixture.line('close begins')
  fixture.signal('SIGTERM')
  fixture.signal('SIGINT')
  expect(await fixture.exit()).toBe(1)
  expect(fixture.messages()).not.toContain('error happened during shutdown')
})

test.each(['/crash', '/reject'])('A service says why it ends with 1 after %s', async (poison) => {
  const fixture = run(1)
  const { open } = await fixture.addresses()
  await ask(`${open}${poison}`).catch(() => {})
  expect(await fixture.exit()).toBe(1)
  expect(await fixture.line('crashed')).toMatchObject({ level: 'fatal' })
})

test('A service ends with 1 if its port is taken', async () => {
  const { open } = await run(1).addresses()
  const second = run(1, 'taken', new URL(open).port)
  expect(await second.exit()).toBe(1)
  expect(await second.line('crashed')).toMatchObject({ err: { code: 'EADDRINUSE' } })
})

/** Longer than anything here takes: an answer that does not come fails by its name. */
const LIMIT_MS = 15_000

const ask = (url: string): Promise<Response> =>
  fetch(url, { signal: AbortSignal.timeout(LIMIT_MS) })

const whole = (stream: IncomingMessage): Promise<string> =>
  within(LIMIT_MS, 'the answer', text(stream))

async function answer(url: string, agent?: Agent): Promise<IncomingMessage> {
  const [response]: IncomingMessage[] = await once(get(url, { agent: agent ?? false }), 'response')
  if (response === undefined) throw new Error('no response')
  return response
}

/** Leaves an idle connection behind, which nobody may wait for. */
async function keptAlive(url: string): Promise<void> {
  await text(await answer(url, new Agent({ keepAlive: true })))
}
