import { join } from 'node:path'
import { Child, type ChildSpec, type Role } from './child.ts'
import { Guard } from './guard.ts'
import { LogFiles } from './logFiles.ts'
import { RunFile } from './runFile.ts'

export interface SupervisorOptions {
  /** Where the run's own files are: run.json and logs/. One run at a time. */
  dir: string
  /** Gets a line whenever a child dies, comes back, or has to be killed. */
  say?: ((line: string) => void) | undefined
  /** Gets every line that a child writes, a moment later. */
  onLog?: ((name: string, line: string) => void) | undefined
  /** Called after a child got or lost its process. */
  onChange?: (() => void) | undefined
}

const READ_LOGS_EVERY = 250
const TRIM_LOGS_EVERY = 60_000

/** What is stopped still talks to what comes after it. */
const STOP_ORDER: Role[][] = [
  ['nginx'],
  ['gateway'],
  ['ingest'],
  ['bridge'],
  ['postgres', 'redis', 'mosquitto'],
]

/** The children of one run: starts them, knows them all, and ends them in order. */
export class Supervisor {
  readonly logs: LogFiles
  /** In the order of their starting. */
  readonly children: Child[] = []
  readonly #options: SupervisorOptions
  readonly #runFile: RunFile
  readonly #guard = new Guard()
  readonly #timers: NodeJS.Timeout[]
  #stopping: Promise<void> | undefined

  /** Ends first what an earlier run in this folder left. @throws {AlreadyRunning} */
  static async open(options: SupervisorOptions): Promise<Supervisor> {
    return new Supervisor(options, await RunFile.take(options.dir))
  }

  private constructor(options: SupervisorOptions, runFile: RunFile) {
    this.#options = options
    this.#runFile = runFile
    this.logs = new LogFiles(join(options.dir, 'logs'))
    this.#timers = [
      setInterval(() => this.#readLogs(), READ_LOGS_EVERY).unref(),
      setInterval(() => this.logs.trim(), TRIM_LOGS_EVERY).unref(),
    ]
  }

  /** Starts a child and resolves when it serves. */
  async start(spec: ChildSpec): Promise<Child> {
    if (this.#stopping !== undefined) throw new Error(`${spec.name} is not started: stopping`)
    const child = new Child(spec, {
      log: (name) => this.logs.open(name),
      lastLines: (name) => this.logs.lastLines(name, 12),
      say: (line) => this.#options.say?.(line),
      spawned: (pid) => {
        this.#guard.add(pid)
        this.#runFile.add(spec.name, pid)
        this.#options.onChange?.()
      },
      gone: (pid) => {
        this.#guard.gone(pid)
        this.#runFile.remove(pid)
        this.#options.onChange?.()
      },
    })
    this.children.push(child)
    await child.start()
    return child
  }

  /** Ends all children, what others need last. Idempotent. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop()
    return this.#stopping
  }

  /** Does not wait any longer for those that are still ending. */
  hurry(): void {
    for (const child of this.children) child.kill('SIGKILL')
  }

  async #stop(): Promise<void> {
    for (const roles of STOP_ORDER) {
      const children = this.children.filter(({ role }) => roles.includes(role))
      await Promise.all(children.map((child) => child.stop()))
    }
    for (const timer of this.#timers) clearInterval(timer)
    this.#readLogs()
    this.logs.close()
    this.#guard.close()
    this.#runFile.release()
  }

  #readLogs(): void {
    const { onLog } = this.#options
    if (onLog === undefined) return
    for (const { name, line } of this.logs.newLines()) onLog(name, line)
  }
}
