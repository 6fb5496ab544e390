import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { signalGroup } from '../../stack/group.ts'
import type { Heard } from './judge.ts'

/** One process that subscribes, and what it has heard since it was last asked. */
export class Subscriber {
  heard: Heard[] = []
  /** How often its library gave up, and its subscriber had to begin again. */
  returns = 0
  /** The end of what it complained of. */
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
      // A group of its own, since browsers leave children behind.
      detached: true,
    })
    this.#child = child
    child.on('error', (error) => this.#complain(String(error)))
    child.stderr.setEncoding('utf8').on('data', (text: string) => this.#complain(text))
    // Not readline, which takes U+2028 for the end of a line.
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

  /** `name<TAB>data`, or `!<TAB>why`; lines without a tab are the library's own. */
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
