import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'

export interface LoadOptions {
  port: number
  streams: number
  /** Each `{n}` stands for the stream's number modulo `channels`. */
  path: string
  channels?: number
  /** Streams that may be opening at once; default 256. */
  burst?: number
  /** Loopback addresses to connect from, for more connections than one address has ports; default 1. */
  sources?: number
  lastEventId?: string
  /** Streams that get each message; default all that are neither slow nor stalled. */
  receivers?: number
  /** Of the first streams, this many read `slowBytes` bytes a second. The next `stalled` ones read nothing after `ready`. */
  slow?: number
  slowBytes?: number
  stalled?: number
  /** Reconnect after `retry:`, with the last id, when the server ends a stream. */
  resume?: boolean
  /** A stream counts as open at its `ready` event, not at its head. */
  readyEvent?: boolean
  /** A file with one token on each line, for one stream each. */
  tokens?: string
}

/** In milliseconds. */
interface Times {
  count: number
  p50: number
  p90: number
  p99: number
  max: number
}

/** What the streams received since the last reset; without a reset, times run from the first connect. */
export interface LoadReport {
  seconds: number
  cpuSeconds: number
  streams: number
  open: number
  /** Time until the last stream was open, had its head, had its last message. */
  openMs: number
  headsMs: number
  lastEventMs: number
  /** Responses other than 200; connections that broke before a response; responses that only asked to return later. */
  refused: number
  failed: number
  deferred: number
  /** Streams ended by the server. */
  closed: number
  resumed: number
  bytes: number
  events: number
  /** Messages that all of their streams have. */
  complete: number
  /** Messages of the ordinary streams with the fewest and with the most. */
  fewest: number
  most: number
  /** Messages missing before one that came; messages that came twice, or too late. */
  lost: number
  doubled: number
  unreadable: number
  wrongIds: number
  gaps: number
  resets: number
  goodbyes: number
  incomplete: number
  /** From sending to every delivery, to a message's first delivery, and to its last. */
  each: Times
  first: Times
  last: Times
}

/** However slow the machine is, a stream that needs longer will never open. */
const OPEN_WITHIN_MS = 120_000

/** The compiled load client: many streams in one process. */
export class LoadClient {
  /** Messages that all of their streams have, since the start. */
  complete = 0
  /** Resolves when all streams are open for the first time. */
  readonly opened: Promise<LoadReport>
  readonly pid: number
  readonly #child: ChildProcessByStdio<Writable, Readable, null>
  readonly #ended: Promise<never>
  #failure: Error | undefined
  #onReport: ((report: LoadReport) => void) | undefined
  #onProgress: (() => void) | undefined

  constructor(program: string, options: LoadOptions) {
    const child = spawn(program, toArguments(options), { stdio: ['pipe', 'pipe', 'inherit'] })
    this.#child = child
    this.pid = child.pid ?? 0
    child.stdin.on('error', () => {})
    this.#ended = new Promise((_, reject) => {
      child.on('error', reject)
      child.on('exit', (code) => reject(new Error(`the load client ended with ${code}`)))
    })
    this.#ended.catch((error: Error) => {
      this.#failure = error
      this.#onProgress?.()
    })
    this.opened = this.#orEnd(
      new Promise((resolve, reject) => {
        createInterface({ input: child.stdout }).on('line', (line) => this.#read(line, resolve))
        const late = new Error(`not all streams were open after ${OPEN_WITHIN_MS} ms`)
        setTimeout(() => reject(late), OPEN_WITHIN_MS).unref()
      }),
    )
    this.opened.catch(() => {})
  }

  /** Sets counts and times to zero. */
  reset(): void {
    this.#child.stdin.write('reset\n')
  }

  report(): Promise<LoadReport> {
    const report = new Promise<LoadReport>((resolve) => (this.#onReport = resolve))
    this.#child.stdin.write('report\n')
    return this.#orEnd(report)
  }

  /** From now on this many streams a second leave and return. */
  churn(perSecond: number): void {
    this.#child.stdin.write(`churn ${perSecond}\n`)
  }

  /** Resolves when more messages are complete, or after a moment. */
  async progress(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, 100)
      this.#onProgress = () => {
        clearTimeout(timer)
        resolve()
      }
    })
    if (this.#failure !== undefined) throw this.#failure
  }

  /** Waits until this many messages since the start are complete. Returns false if that takes too long. */
  async completed(count: number, withinMs: number): Promise<boolean> {
    const deadline = Date.now() + withinMs
    while (this.complete < count) {
      if (Date.now() > deadline) return false
      await this.progress()
    }
    return true
  }

  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const exit = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await exit
  }

  #read(line: string, open: (report: LoadReport) => void): void {
    if (line.startsWith('c ')) {
      this.complete = Number(line.slice(2))
      this.#onProgress?.()
      return
    }
    const { type, ...report }: LoadReport & { type: string } = JSON.parse(line)
    if (type === 'open') open(report)
    else this.#onReport?.(report)
  }

  #orEnd<T>(promise: Promise<T>): Promise<T> {
    return Promise.race([promise, this.#ended])
  }
}

function toArguments(options: LoadOptions): string[] {
  const { port, streams, path, channels, burst, sources, lastEventId, receivers } = options
  const { slow, slowBytes, stalled, resume = false, readyEvent = false, tokens } = options
  const values = {
    port,
    streams,
    path,
    channels,
    burst,
    sources,
    'last-id': lastEventId,
    receivers,
    slow,
    'slow-bytes': slowBytes,
    stalled,
    tokens,
  }
  const given = Object.entries(values).filter(([, value]) => value !== undefined)
  return [
    ...given.flatMap(([name, value]) => [`--${name}`, String(value)]),
    ...(resume ? ['--resume'] : []),
    ...(readyEvent ? ['--ready-event'] : []),
  ]
}
