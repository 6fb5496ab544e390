import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { dyingWithParent } from '../../../stack/account.ts'

const READY_WITHIN_MS = 90_000
const STOPPED_WITHIN_MS = 15_000

/** A process of the cluster. It dies with this one. */
export class Part {
  readonly #process: ChildProcess
  readonly #log: string

  constructor(program: string, args: string[], log: string) {
    this.#log = log
    const file = openSync(log, 'w')
    const {
      command,
      args: rest,
      ...account
    } = dyingWithParent({ command: program, args }, 'SIGKILL')
    this.#process = spawn(command, rest, { ...account, stdio: ['ignore', file, file] })
  }

  /** Waits until `look` resolves. Throws with the end of the log if the process ends first, or takes too long. */
  async ready(look: () => Promise<void>): Promise<void> {
    const deadline = Date.now() + READY_WITHIN_MS
    for (;;) {
      try {
        return await look()
      } catch (cause) {
        if (Date.now() > deadline || !this.#isRunning) {
          const log = readFileSync(this.#log, 'utf8').slice(-3_000)
          throw new Error(`${this.#log} says:\n${log}`, { cause })
        }
      }
      await sleep(100)
    }
  }

  async stop(): Promise<void> {
    if (!this.#isRunning) return
    const ended = once(this.#process, 'exit')
    this.#process.kill('SIGTERM')
    const patience = setTimeout(() => this.#process.kill('SIGKILL'), STOPPED_WITHIN_MS)
    await ended
    clearTimeout(patience)
  }

  get #isRunning(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null
  }
}
