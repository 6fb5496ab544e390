import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Command, dyingWithParent } from './account.ts'
import { messageOf } from './errors.ts'
import { signalGroup } from './group.ts'
import type { LogFiles } from './logFiles.ts'

export type Role =
  | 'postgres'
  | 'redis'
  | 'mosquitto'
  | 'identity-provider'
  | 'bridge'
  | 'ingest'
  | 'gateway'
  | 'account'
  | 'nginx'

/** How one process is run. All times are milliseconds. */
export interface ChildSpec {
  role: Role
  /** Unique in its stack; also the name of its log. */
  name: string
  /** What it offers to others. */
  url?: string
  /** Private: /metrics, /live and /ready of a service; the status page of nginx. */
  metricsUrl?: string
  command: Command
  env: NodeJS.ProcessEnv
  cwd: string
  /** One look whether it serves; rejects while it does not. */
  probe: (pid: number) => Promise<void>
  readyWithin: number
  /** The signal that ends it in order. */
  stopSignal: NodeJS.Signals
  stopWithin: number
  /** What the kernel sends it if the runner dies first (Linux). Default: SIGKILL, which also ends a process that hangs. */
  deathSignal?: NodeJS.Signals
}

/** What a child needs of its supervisor, and tells it. */
interface ChildOptions {
  logs: LogFiles
  print: (line: string) => void
  /** Called after it got or lost its process; with the pid that it got. */
  onChange: (pid?: number) => void
}

const PROBE_EVERY_MS = 25
const FIRST_BACKOFF_MS = 250
const MAX_BACKOFF_MS = 10_000
/** A child that lived this long was well: its next backoff is the first again. */
const STABLE_AFTER_MS = 15_000

/**
 * One process over all its lives; its addresses stay the same.
 *
 * `down`: no process, and none is wanted; `start` leaves it. `starting`: if it dies or is not ready in time, `start` rejects and
 * the state is `down` again. `kept`: it was ready once. Whenever it dies, it starts again after a backoff, which doubles with
 * each death in a row. `stop` leads from every state to `down`.
 */
export class Child {
  readonly role: Role
  readonly name: string
  readonly url: string | undefined
  readonly metricsUrl: string | undefined
  readonly #spec: ChildSpec
  readonly #options: ChildOptions
  #process: ChildProcess | undefined
  /** Resolves when #process is gone. */
  #gone: Promise<void> | undefined
  #state: 'down' | 'starting' | 'kept' = 'down'
  #failures = 0
  #restart: NodeJS.Timeout | undefined

  constructor(spec: ChildSpec, options: ChildOptions) {
    this.role = spec.role
    this.name = spec.name
    this.url = spec.url
    this.metricsUrl = spec.metricsUrl
    this.#spec = spec
    this.#options = options
  }

  /** The pid, or null while there is no process. */
  get pid(): number | null {
    return this.#process?.pid ?? null
  }

  /** Starts it and waits until it serves. A first start that fails is not repeated: the error holds the end of the log. */
  async start(): Promise<void> {
    if (this.#state !== 'down') return
    this.#state = 'starting'
    this.#failures = 0
    try {
      await this.#launch()
      if (this.#state === 'starting') this.#state = 'kept'
    } catch (error) {
      await this.stop('SIGKILL')
      throw error
    }
  }

  /** Ends it, and it stays down. `signal` is followed by SIGKILL after `stopWithin`. */
  async stop(signal = this.#spec.stopSignal): Promise<void> {
    this.#state = 'down'
    clearTimeout(this.#restart)
    if (this.#process === undefined) return
    this.kill(signal)
    const late = setTimeout(() => {
      this.#options.print(`${this.name} did not stop within ${this.#spec.stopWithin} ms: killed`)
      this.kill('SIGKILL')
    }, this.#spec.stopWithin)
    await this.#gone
    clearTimeout(late)
  }

  /** Signals it as anyone on this machine could: a death is answered by a restart, as always. */
  kill(signal: NodeJS.Signals): void {
    this.#process?.kill(signal)
  }

  /** Starts a process and waits until it serves. */
  async #launch(): Promise<void> {
    const { probe, readyWithin, env, cwd, deathSignal = 'SIGKILL' } = this.#spec
    const { command, args, ...account } = dyingWithParent(this.#spec.command, deathSignal)
    const log = this.#options.logs.open(this.name)
    const stdio: StdioOptions = ['ignore', log, log]
    const child = spawn(command, args, { ...account, env, cwd, stdio, detached: true })
    this.#process = child
    const born = Date.now()
    const ended = new Promise<string>((resolve) => {
      child.on('exit', (code, signal) => resolve(signal ?? `exit code ${code}`))
      // A process that was never there does not exit.
      child.on('error', ({ message }) => child.pid === undefined && resolve(message))
    })
    this.#gone = ended.then((how) => this.#onGone(child, born, how))
    if (child.pid !== undefined) this.#options.onChange(child.pid)
    while (child.pid !== undefined && this.#process === child) {
      const looked = Date.now()
      try {
        return await probe(child.pid)
      } catch (cause) {
        // Only a look that began too late counts. One that began in time may have failed because we were busy, or the machine was.
        if (looked - born > readyWithin) {
          child.kill('SIGKILL')
          throw this.#error(`was not ready within ${readyWithin} ms`, cause)
        }
      }
      await sleep(PROBE_EVERY_MS)
    }
    throw this.#error(`ended before it was ready (${await ended})`)
  }

  #error(what: string, cause?: unknown): Error {
    const log = this.#options.logs.lastLines(this.name, 12)
    return new Error(`${this.name} ${what}.\n${log}`, { cause })
  }

  #onGone(child: ChildProcess, born: number, how: string): void {
    if (this.#process !== child) return
    this.#process = undefined
    if (child.pid !== undefined) signalGroup(child.pid, 'SIGKILL')
    this.#options.onChange()
    if (this.#state !== 'kept') return
    if (Date.now() - born > STABLE_AFTER_MS) this.#failures = 0
    const wait = Math.min(FIRST_BACKOFF_MS * 2 ** this.#failures++, MAX_BACKOFF_MS)
    this.#options.print(`${this.name} died (${how}); starting it again in ${wait} ms`)
    this.#restart = setTimeout(() => void this.#relaunch(), wait)
  }

  async #relaunch(): Promise<void> {
    try {
      await this.#launch()
      this.#options.print(`${this.name} is back`)
    } catch (error) {
      // Its death has already scheduled the next try.
      if (this.#state === 'kept') this.#options.print(messageOf(error))
    }
  }
}
