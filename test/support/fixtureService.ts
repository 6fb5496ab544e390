import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { waitFor } from './waitFor.ts'

/** A service of a few lines; its arguments choose its faults. */
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
    signal.addEventListener('abort', () => logger.info('drain told to stop at once'))
  },
  close: async () => {
    logger.info('close begins')
    if (mode === 'stuck') await new Promise(() => {})
  },
  drainSeconds,
})
`

const root = path.join(import.meta.dirname, '..', '..')

/**
 * Compiles the chassis and a small service on top of it: only a real process shows how a process ends. The folder is below the
 * repository, so that the service finds the same packages.
 */
export function buildFixture(): {
  run: (...args: (string | number)[]) => Fixture
  remove: () => void
} {
  mkdirSync(path.join(root, '.stack'), { recursive: true })
  const built = mkdtempSync(path.join(root, '.stack', 'lifecycle-'))
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
  return {
    run: (...args) => new Fixture(path.join(built, 'fixture.mjs'), args.map(String)),
    remove: () => rmSync(built, { recursive: true, force: true }),
  }
}

interface Line {
  msg: string
  level: string
  listening?: string[]
  private?: string
}

export class Fixture {
  readonly lines: Line[] = []
  readonly #child: ChildProcess
  /** Undefined until the process has ended. */
  #code: number | null | undefined

  constructor(script: string, args: string[]) {
    const child = spawn(process.execPath, [script, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    this.#child = child
    child.once('close', (code) => (this.#code = code))
    createInterface({ input: child.stdout }).on('line', (line) => {
      const parsed: Line = JSON.parse(line)
      this.lines.push(parsed)
    })
  }

  /** The first line with that message, now or later. Fails if the process ends without it, or does not write it in time. */
  async line(msg: string): Promise<Line> {
    const find = (): Line | undefined => this.lines.find((line) => line.msg === msg)
    await this.#until(() => find() !== undefined || this.#code !== undefined)
    return find() ?? this.#fail(`did not log "${msg}"`)
  }

  messages(): string[] {
    return this.lines.map((line) => line.msg)
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  /** Its exit code; fails if it does not end in time. */
  async exit(): Promise<number | null> {
    await this.#until(() => this.#code !== undefined)
    return this.#code === undefined ? this.#fail('did not end') : this.#code
  }

  async addresses(): Promise<{ open: string; hidden: string }> {
    const { listening, private: hidden } = await this.line('running')
    return { open: `http://${listening?.[0]}`, hidden: `http://${hidden}` }
  }

  /** Longer than the watchdog of these services takes. */
  async #until(condition: () => boolean): Promise<void> {
    await waitFor(condition, 15).catch(() => {})
  }

  #fail(what: string): never {
    throw new Error(`The service ${what}. Its log: ${this.messages().join(', ')}`)
  }
}
