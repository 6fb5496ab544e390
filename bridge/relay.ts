import { setTimeout as delay } from 'node:timers/promises'
import type { Entry } from '../contract/message.ts'
import type { Logger } from '../chassis/logger.ts'
import type { BridgeMetrics } from './metrics.ts'
import { Sequencer, type Action } from './sequencer.ts'

/** What the relay needs of the log in Postgres; see LogReader. */
export interface Log {
  head: () => Promise<{ epoch: string; position: number }>
  scan: (query: {
    epoch: string
    after: number
    upTo: number
    maxBytes: number
  }) => Promise<{ entries: Entry[]; upTo: number }>
}

/** What it needs of the copy in Redis; see RedisLog. */
export interface Copy {
  open: (epoch: string, floor: number) => Promise<number>
  append: (epoch: string, after: number, entries: readonly Entry[]) => Promise<number | undefined>
  beacon: (epoch: string) => Promise<number | undefined>
}

export interface RelayOptions {
  log: Log
  copy: Copy
  metrics: BridgeMetrics
  logger: Logger
  /** How long the copies of missing messages may still be on their way before the log is read. */
  holeMs: number
}

/** How often the heads are compared: the most that a lost copy of a last message costs in time. */
const TICK_MS = 1_000
/**
 * Of message data in one read of the log. A statement has two seconds, and so has its way here: over a link of 100 Mbit/s these
 * take a third of one.
 */
const MAX_FETCH_BYTES = 4_000_000

/** Carries out what the sequencer decides, and looks at the log's head once a second. */
export class Relay {
  readonly #options: RelayOptions
  readonly #sequencer: Sequencer
  #timer: NodeJS.Timeout | undefined
  #looking = false
  /** Of the log, at the last look: a second later Redis should have it. */
  #logHead = 0
  #closed = false
  #failing = false
  #under: Promise<void> = Promise.resolve()

  constructor(options: RelayOptions) {
    this.#options = options
    this.#sequencer = new Sequencer((action) => {
      this.#under = this.#carryOut(action)
    })
  }

  start(): void {
    this.look()
    this.#timer = setInterval(() => this.look(), TICK_MS)
  }

  /** Compares the heads now: at every tick, and as soon as MQTT or Redis is back. */
  look(): void {
    if (this.#closed) return
    this.#sequencer.tick()
    void this.#look()
  }

  /** A copy of a message came over MQTT. */
  entry(epoch: string, entry: Entry): void {
    if (this.#closed) return
    this.#options.metrics.received.inc()
    // An epoch that is not known yet: the log tells whether it is the new one. What is dropped here is read from it.
    if (!this.#sequencer.entry(epoch, entry)) void this.#look()
  }

  /** Whether the copy follows the log. */
  get level(): boolean {
    return this.#sequencer.head !== undefined
  }

  /** Takes nothing more, and waits for the action under way. */
  async close(): Promise<void> {
    this.#closed = true
    clearInterval(this.#timer)
    await this.#under
  }

  async #look(): Promise<void> {
    if (this.#looking) return
    this.#looking = true
    const { log, copy, metrics, logger } = this.#options
    const before = this.#logHead
    try {
      const { epoch, position } = await log.head()
      this.#logHead = position
      if (this.#closed) return
      this.#sequencer.log(epoch, position)
      metrics.lag.set(Math.max(0, position - (this.#sequencer.head ?? 0)))
    } catch (error) {
      logger.debug({ reason: String(error) }, 'the log cannot be read')
    }
    const { epoch, head: reached } = this.#sequencer
    // A beacon tells the gateways that Redis follows the log. A Redis that takes no appends, because its memory is full, would
    // still publish one, and they would wait for messages that do not come; without it they follow the log themselves.
    if (epoch !== undefined && reached !== undefined && reached >= before) {
      try {
        const head = await copy.beacon(epoch)
        if (!this.#closed) this.#sequencer.seen(epoch, head)
      } catch (error) {
        logger.debug({ reason: String(error) }, 'no beacon')
      }
    }
    this.#looking = false
  }

  async #carryOut(action: Action): Promise<void> {
    const { log, copy, metrics, logger, holeMs } = this.#options
    if (action.type === 'wait') {
      // Never the last thing a closing bridge waits for.
      await delay(holeMs, undefined, { ref: false })
      if (!this.#closed) this.#sequencer.waited(action.head)
      return
    }
    try {
      if (action.type === 'open') {
        const head = await copy.open(action.epoch, action.floor)
        this.#then(() => this.#sequencer.opened(action.epoch, head))
      } else if (action.type === 'append') {
        const head = await copy.append(action.epoch, action.after, action.entries)
        metrics.appended.inc(action.entries.length)
        this.#then(() => this.#sequencer.appended(action.epoch, head))
      } else {
        const { entries, upTo } = await log.scan({ ...action, maxBytes: MAX_FETCH_BYTES })
        metrics.fetched.inc(entries.length)
        this.#then(() => this.#sequencer.fetched(action.epoch, entries, upTo))
      }
    } catch (error) {
      // The message alone: a command's error carries its arguments, and those are people's messages.
      const reason = error instanceof Error ? error.message : String(error)
      if (!this.#failing) logger.warn({ action: action.type, reason }, 'cannot go on; trying again')
      this.#failing = true
      metrics.failures.inc({ action: action.type })
      this.#sequencer.failed()
    }
  }

  #then(settle: () => void): void {
    if (this.#failing) this.#options.logger.info('going on')
    this.#failing = false
    if (!this.#closed) settle()
  }
}
