import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf } from './errors.ts'
import { signalGroup } from './group.ts'
import type { Command } from './account.ts'

export type Role = 'postgres' | 'redis' | 'mosquitto' | 'bridge' | 'ingest' | 'gateway' | 'nginx'

/** How one process is run. All times are milliseconds. */
export interface ChildSpec {
  role: Role
  /** Unique in its stack; also the name of its log. */
  name: string
  /** What it offers to others. */
  url?: string
  /** Private: /metrics, /live and /ready; of nginx, its status. */
  metricsUrl?: string
  command: Command
  env: NodeJS.ProcessEnv
  cwd: string
  /** One look whether it serves; rejects while it does not. */
  probe: (pid: number) => Promise<void>
  readyWithin: number
  /** The signal that makes it end in order. */
  stopSignal: NodeJS.Signals
  stopWithin: number
}

/** What a child needs of its supervisor, and tells it. */
export interface ChildEvents {
  /** A file descriptor for its output. */
  log: (name: string) => number
  lastLines: (name: string) => string
  spawned: (pid: number) => void
  gone: (pid: number) => void
  say: (line: string) => void
}

const PROBE_EVERY = 25
const BACKOFF_FIRST = 250
const BACKOFF_MOST = 10_000
/** A child that lived this long was well: its next death starts the backoff anew. */
const STABLE_AFTER = 15_000

/**
 * One process over all its lives; its addresses stay the same.
 *
 * `down`: there is none, and none is wanted; `start` leaves it. `starting`: its death, or not being ready in time, rejects
 * `start` and leads back to `down`. `kept`: it was ready once; whenever it dies it is started again, after a time that doubles
 * with each death in a row. `stop` leads from each to `down`.
 */
export class Child {
  readonly role: Role
  readonly name: string
  readonly url: string | undefined
  readonly metricsUrl: string | undefined
  readonly #spec: ChildSpec
  readonly #events: ChildEvents
  #process: ChildProcess | undefined
  #state: 'down' | 'starting' | 'kept' = 'down'
  #failures = 0
  #restart: NodeJS.Timeout | undefined

  constructor(spec: ChildSpec, events: ChildEvents) {
    this.role = spec.role
    this.name = spec.name
    this.url = spec.url
    this.metricsUrl = spec.metricsUrl
    this.#spec = spec
    this.#events = events
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

  /** Ends it and leaves it ended, by its own signal or the one given; by SIGKILL when it takes longer than its bound. */
  async stop(signal: NodeJS.Signals = this.#spec.stopSignal): Promise<void> {
    this.#state = 'down'
    clearTimeout(this.#restart)
    const running = this.#process
    if (running === undefined) return
    const gone = once(running, 'gone')
    running.kill(signal)
    const late = setTimeout(() => {
      this.#events.say(`${this.name} did not stop within ${this.#spec.stopWithin} ms: killed`)
      running.kill('SIGKILL')
    }, this.#spec.stopWithin)
    await gone
    clearTimeout(late)
  }

  /** Signals it as anyone on this machine could; a death is answered by a restart, as always. */
  kill(signal: NodeJS.Signals): void {
    this.#process?.kill(signal)
  }

  async #launch(): Promise<void> {
    const { command, env, cwd, readyWithin } = this.#spec
    const log = this.#events.log(this.name)
    const { command: program, args, ...account } = command
    const stdio = ['ignore', log, log] as const
    const child = spawn(program, args, { ...account, env, cwd, stdio: [...stdio], detached: true })
    this.#process = child
    const born = Date.now()
    child.on('error', (error) => {
      this.#events.say(`${this.name}: ${error.message}`)
      if (child.pid === undefined) this.#onGone(child, born, error.message)
    })
    child.on('exit', (code, signal) => this.#onGone(child, born, signal ?? `exit code ${code}`))
    if (child.pid !== undefined) this.#events.spawned(child.pid)
    await this.#untilReady(child, Date.now() + readyWithin)
  }

  async #untilReady(child: ChildProcess, deadline: number): Promise<void> {
    let reason: unknown
    while (Date.now() < deadline) {
      if (this.#process !== child || child.pid === undefined) {
        throw new Error(`${this.name} ended before it was ready.\n${this.#lastLines()}`)
      }
      try {
        // Each look is short, and looks are few: the wait is bounded by the deadline.
        await this.#spec.probe(child.pid)
        return
      } catch (error) {
        reason = error
      }
      await sleep(PROBE_EVERY)
    }
    child.kill('SIGKILL')
    throw new Error(
      `${this.name} was not ready within ${this.#spec.readyWithin} ms.\n${this.#lastLines()}`,
      { cause: reason },
    )
  }

  #lastLines(): string {
    return this.#events.lastLines(this.name)
  }

  #onGone(child: ChildProcess, born: number, how: string): void {
    if (this.#process !== child) return
    this.#process = undefined
    if (child.pid !== undefined) {
      signalGroup(child.pid, 'SIGKILL')
      this.#events.gone(child.pid)
    }
    child.emit('gone')
    if (this.#state !== 'kept') return
    if (Date.now() - born > STABLE_AFTER) this.#failures = 0
    const wait = Math.min(BACKOFF_FIRST * 2 ** this.#failures++, BACKOFF_MOST)
    this.#events.say(`${this.name} died (${how}); starting it again in ${wait} ms`)
    this.#restart = setTimeout(() => void this.#relaunch(), wait)
  }

  async #relaunch(): Promise<void> {
    try {
      await this.#launch()
      this.#events.say(`${this.name} is back`)
    } catch (error) {
      // The death that this tells of has already led to the next try.
      if (this.#state === 'kept') this.#events.say(messageOf(error))
    }
  }
}
