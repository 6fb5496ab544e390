import { join } from 'node:path'
import { Child, type ChildSpec, type Role } from './child.ts'
import { LogFiles } from './logFiles.ts'
import { type RunFile, takeRunFile } from './runFile.ts'

export interface SupervisorOptions {
  /** Where the run keeps run.pids and logs/. One run at a time. */
  dir: string
  /** Gets a line whenever a child dies, comes back, or has to be killed. */
  print?: ((line: string) => void) | undefined
  /** Gets every line that a child writes, a moment later. */
  onLog?: ((name: string, line: string) => void) | undefined
  /** Called after a child got or lost its process. */
  onChange?: (() => void) | undefined
}

const READ_LOGS_EVERY_MS = 250
const TRIM_LOGS_EVERY_MS = 60_000

/** The lowest are stopped first: each still talks to those with a higher number while it stops. Every role has its place. */
const STOP_ORDER: Record<Role, number> = {
  nginx: 0,
  gateway: 1,
  ingest: 2,
  bridge: 3,
  account: 3,
  postgres: 4,
  redis: 4,
  mosquitto: 4,
  'identity-provider': 4,
}

/** The children of one run: starts them, knows them all, and stops them in order. */
export class Supervisor {
  readonly logs: LogFiles
  /** In the order of their start. */
  readonly children: Child[] = []
  readonly #options: SupervisorOptions
  readonly #runFile: RunFile
  readonly #timers: NodeJS.Timeout[]
  #stopping: Promise<void> | undefined

  /** Ends first what an earlier run in this folder left. @throws {StartRefused} */
  static async open(options: SupervisorOptions): Promise<Supervisor> {
    return new Supervisor(options, await takeRunFile(options.dir))
  }

  private constructor(options: SupervisorOptions, runFile: RunFile) {
    this.#options = options
    this.#runFile = runFile
    this.logs = new LogFiles(join(options.dir, 'logs'))
    this.#timers = [
      setInterval(() => this.#readLogs(), READ_LOGS_EVERY_MS).unref(),
      setInterval(() => this.logs.trim(), TRIM_LOGS_EVERY_MS).unref(),
    ]
  }

  /** Starts a child and resolves when it serves. */
  async start(spec: ChildSpec): Promise<Child> {
    if (this.#stopping !== undefined) throw new Error(`${spec.name} is not started: stopping`)
    const { print, onChange } = this.#options
    const child = new Child(spec, {
      logs: this.logs,
      print: (line) => print?.(line),
      onChange: (pid) => {
        if (pid !== undefined) this.#runFile.add(pid)
        onChange?.()
      },
    })
    this.children.push(child)
    await child.start()
    return child
  }

  /** Stops all children, those that others need last. Idempotent. */
  stop(): Promise<void> {
    return (this.#stopping ??= this.#stop())
  }

  /** Kills what still runs, for those who do not want to wait for `stop`. */
  forceStop(): void {
    for (const child of this.children) child.kill('SIGKILL')
  }

  async #stop(): Promise<void> {
    for (let place = 0; place <= Math.max(...Object.values(STOP_ORDER)); place++) {
      const children = this.children.filter(({ role }) => STOP_ORDER[role] === place)
      await Promise.all(children.map((child) => child.stop()))
    }
    for (const timer of this.#timers) clearInterval(timer)
    this.#readLogs()
    this.logs.close()
    this.#runFile.release()
  }

  #readLogs(): void {
    const { onLog } = this.#options
    if (onLog === undefined) return
    for (const { name, line } of this.logs.newLines()) onLog(name, line)
  }
}
