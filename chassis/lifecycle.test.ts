import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, get, type IncomingMessage } from 'node:http'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'

/** Signals are sent to a real process: what is tested is how one ends. */
const FIXTURE = `
import { createServer } from 'node:http'
import { createLogger } from './chassis/logger.js'
import { createRegistry } from './chassis/metrics.js'
import { exitOnCrash, runService } from './chassis/lifecycle.js'

const [drainSeconds, mode] = [Number(process.argv[2]), process.argv[3]]
const logger = createLogger('fixture', 'info')
exitOnCrash(logger)
const server = createServer((req, res) => {
  if (req.url === '/slow') {
    process.once('SIGUSR2', () => res.end('slow but whole'))
    logger.info('slow begins')
  }
  else if (req.url === '/stream') res.write('begun')
  else if (req.url === '/crash') setImmediate(() => { throw new Error('on purpose') })
  else if (req.url === '/reject') Promise.reject(new Error('on purpose, later'))
  else res.end('ok')
})
await runService({
  logger,
  registry: createRegistry('fixture', '1'),
  metrics: { host: '127.0.0.1', port: 0 },
  servers: [{ server, host: '127.0.0.1', port: mode === 'taken' ? Number(process.argv[4]) : 0 }],
  ready: async () => {
    if (mode === 'sick') throw new Error('no database')
    if (mode === 'hung') await new Promise(() => {})
  },
  drain: async (signal) => {
    logger.info('drain begins')
    if (mode === 'deaf') await new Promise(() => {})
    signal.addEventListener('abort', () => logger.info('drain told to hurry'))
  },
  close: async () => {
    logger.info('close begins')
    if (mode === 'stuck') await new Promise(() => {})
  },
  drainSeconds,
})
`

const root = path.join(import.meta.dirname, '..')
const disposables: (() => void)[] = []
let built: string

beforeAll(() => {
  mkdirSync(path.join(root, '.stack'), { recursive: true })
  built = mkdtempSync(path.join(root, '.stack', 'lifecycle-'))
  const config = path.join(built, 'tsconfig.json')
  writeFileSync(
    config,
    JSON.stringify({
      extends: path.join(root, 'tsconfig.json'),
      compilerOptions: { outDir: built, rootDir: root, typeRoots: [`${root}/node_modules/@types`] },
      files: ['lifecycle', 'logger', 'metrics'].map((name) => `${root}/chassis/${name}.ts`),
      include: [],
    }),
  )
  execFileSync(process.execPath, [`${root}/node_modules/typescript/bin/tsc`, '-p', config], {
    stdio: 'inherit',
  })
  writeFileSync(path.join(built, 'fixture.mjs'), FIXTURE)
})
afterEach(() => {
  for (const dispose of disposables.splice(0)) dispose()
})
afterAll(() => rmSync(built, { recursive: true, force: true }))

interface Line {
  msg: string
  level: string
  listening?: string[]
  private?: string
}

class Fixture {
  readonly lines: Line[] = []
  readonly #child: ChildProcess
  readonly #exited: Promise<number | null>
  #arrived = (): void => {}

  constructor(...args: (string | number)[]) {
    const child = spawn(process.execPath, [path.join(built, 'fixture.mjs'), ...args.map(String)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    disposables.push(() => child.kill('SIGKILL'))
    this.#child = child
    this.#exited = once(child, 'close').then(([code]: (number | null)[]) => code ?? null)
    createInterface({ input: child.stdout }).on('line', (line) => {
      const parsed: Line = JSON.parse(line)
      this.lines.push(parsed)
      this.#arrived()
    })
  }

  /** The first line with that message, now or later. */
  async line(msg: string): Promise<Line> {
    for (;;) {
      const found = this.lines.find((line) => line.msg === msg)
      if (found !== undefined) return found
      await new Promise<void>((resolve) => (this.#arrived = resolve))
    }
  }

  messages(): string[] {
    return this.lines.map((line) => line.msg)
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  async exit(): Promise<number | null> {
    return this.#exited
  }

  async addresses(): Promise<{ open: string; hidden: string }> {
    const { listening, private: hidden } = await this.line('running')
    return { open: `http://${listening?.[0]}`, hidden: `http://${hidden}` }
  }
}

describe('a service', () => {
  test('answers probes and metrics on its private address only', async () => {
    const { open, hidden } = await new Fixture(1).addresses()
    expect((await fetch(`${hidden}/live`)).status).toBe(200)
    const ready = await fetch(`${hidden}/ready`)
    expect([ready.status, await ready.json()]).toEqual([200, { status: 'ok' }])
    const metrics = await fetch(`${hidden}/metrics`)
    expect(metrics.headers.get('content-type')).toMatch('text/plain')
    expect(await metrics.text()).toMatch(/causeway_build_info\{.*service="fixture".*\} 1/)
    expect((await fetch(`${hidden}/else`)).status).toBe(404)
    expect(await (await fetch(`${open}/metrics`)).text()).toBe('ok')
  })

  test.each(['sick', 'hung'])('that is %s lives and is not ready', async (mode) => {
    const fixture = new Fixture(1, mode)
    const { hidden } = await fixture.addresses()
    const answers = await Promise.all([fetch(`${hidden}/ready`), fetch(`${hidden}/ready`)])
    expect(answers.map(({ status }) => status)).toEqual([503, 503])
    expect(await answers[0]?.json()).toEqual({ status: 'error' })
    expect((await fetch(`${hidden}/live`)).status).toBe(200)
    // Logged when it changes, and not by every probe.
    expect(fixture.messages().filter((message) => message === 'not ready')).toHaveLength(1)
  })

  test.each(['SIGTERM', 'SIGINT'] as const)(
    'without requests ends with 0 on %s',
    async (signal) => {
      const fixture = new Fixture(5)
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

  test('that drains accepts nothing new, is probed meanwhile, and finishes what is in flight', async () => {
    const fixture = new Fixture(20)
    const { open, hidden } = await fixture.addresses()
    const slow = fetch(`${open}/slow`)
    await fixture.line('slow begins')
    fixture.signal('SIGTERM')
    await fixture.line('drain begins')
    await expect(answer(`${open}/`)).rejects.toThrow('ECONNREFUSED')
    expect((await fetch(`${hidden}/ready`)).status).toBe(503)
    expect((await fetch(`${hidden}/live`)).status).toBe(200)
    expect((await fetch(`${hidden}/metrics`)).status).toBe(200)
    expect(fixture.messages()).not.toContain('drained')
    fixture.signal('SIGUSR2')
    expect(await (await slow).text()).toBe('slow but whole')
    expect(await fixture.exit()).toBe(0)
  })

  test('cuts what outlasts its drain, and ends with 0', async () => {
    const fixture = new Fixture(0.2)
    const { open } = await fixture.addresses()
    const stream = await answer(`${open}/stream`)
    const read = text(stream)
    fixture.signal('SIGTERM')
    await expect(read).rejects.toThrow('aborted')
    expect(await fixture.exit()).toBe(0)
    expect(fixture.messages()).toContain('drain told to hurry')
  })

  test('is hurried by a second signal', async () => {
    const fixture = new Fixture(600)
    const { open } = await fixture.addresses()
    const read = text(await answer(`${open}/stream`))
    fixture.signal('SIGTERM')
    await fixture.line('drain begins')
    fixture.signal('SIGINT')
    await expect(read).rejects.toThrow('aborted')
    expect(await fixture.exit()).toBe(0)
  })

  test('does not wait for a drain that never ends', async () => {
    const fixture = new Fixture(0.1, 'deaf')
    await fixture.addresses()
    fixture.signal('SIGTERM')
    expect(await fixture.exit()).toBe(0)
    expect(fixture.messages()).toContain('drain cut short')
  })

  test('ends with 1 where closing never ends', async () => {
    const fixture = new Fixture(0.1, 'stuck')
    await fixture.addresses()
    fixture.signal('SIGTERM')
    expect(await fixture.exit()).toBe(1)
    expect(fixture.messages()).toContain('error happened during shutdown')
  })

  test('ends at once with 1 on a third signal', async () => {
    const fixture = new Fixture(600, 'stuck')
    await fixture.addresses()
    fixture.signal('SIGTERM')
    await fixture.line('close begins')
    fixture.signal('SIGTERM')
    fixture.signal('SIGINT')
    expect(await fixture.exit()).toBe(1)
    expect(fixture.messages()).not.toContain('error happened during shutdown')
  })

  test.each(['/crash', '/reject'])('says why it ends with 1 after %s', async (poison) => {
    const fixture = new Fixture(1)
    const { open } = await fixture.addresses()
    await fetch(`${open}${poison}`).catch(() => {})
    expect(await fixture.exit()).toBe(1)
    expect(await fixture.line('crashed')).toMatchObject({ level: 'fatal' })
  })

  test('ends with 1 where its port is taken', async () => {
    const { open } = await new Fixture(1).addresses()
    const second = new Fixture(1, 'taken', new URL(open).port)
    expect(await second.exit()).toBe(1)
    expect(await second.line('crashed')).toMatchObject({ err: { code: 'EADDRINUSE' } })
  })
})

async function answer(url: string, agent?: Agent): Promise<IncomingMessage> {
  const [response]: IncomingMessage[] = await once(get(url, { agent: agent ?? false }), 'response')
  if (response === undefined) throw new Error('no response')
  return response
}

/** Leaves an idle connection behind, which nobody may wait for. */
async function keptAlive(url: string): Promise<void> {
  await text(await answer(url, new Agent({ keepAlive: true })))
}
