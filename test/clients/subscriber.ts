import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { signalGroup } from '../../stack/group.ts'
import type { Heard } from './judge.ts'

/** A process that subscribes, and the events that it got since the last reset. */
export class Subscriber {
  heard: Heard[] = []
  /** How often its library stopped, so that its subscriber had to start it again. */
  returns = 0
  /** The end of its standard error. */
  complaints = ''
  readonly #command: string[]
  readonly #cwd: string
  #child: ChildProcess | undefined

  constructor({ command, cwd }: { command: string[]; cwd: string }, url: string) {
    this.#command = [...command, url]
    this.#cwd = cwd
  }

  get hasEnded(): boolean {
    return this.#child === undefined || this.#child.exitCode !== null
  }

  start(): void {
    const [program = '', ...args] = this.#command
    const child = spawn(program, args, {
      cwd: this.#cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      // In its own group, because browsers leave children behind.
      detached: true,
    })
    this.#child = child
    child.on('error', (error) => this.#complain(String(error)))
    child.stderr.setEncoding('utf8').on('data', (text: string) => this.#complain(text))
    // Not readline, which ends a line at U+2028.
    let rest = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) this.#hear(line)
    })
  }

  async stop(): Promise<void> {
    const child = this.#child
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    signalGroup(child.pid, 'SIGKILL')
    await gone
  }

  /** Reads `name<TAB>data` or `!<TAB>why`; other lines come from the library. */
  #hear(line: string): void {
    const tab = line.indexOf('\t')
    if (tab === -1) return
    const [name, data] = [line.slice(0, tab), line.slice(tab + 1)]
    if (name === '!') this.returns++
    else this.heard.push({ name, data })
  }

  #complain(text: string): void {
    this.complaints = (this.complaints + text).slice(-2_000)
  }
}
