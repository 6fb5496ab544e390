import type { Extent } from '../contract/extent.ts'
import type { LinkedEntry } from '../contract/message.ts'
import type { Logger } from '../chassis/logger.ts'
import { ReadSize } from '../chassis/readSize.ts'
import type { Action } from './actions.ts'
import type { BridgeMetrics } from './metrics.ts'
import type { Copy, Log } from './relayPorts.ts'
import { Sequencer } from './sequencer.ts'

export interface RelayOptions {
  log: Log
  copy: Copy
  metrics: BridgeMetrics
  logger: Logger
  /** How often the heads are compared: the most that a lost copy of a last message costs in time. */
  tickMs: number
  /** How long the copies of missing messages may still be on their way before the log is read. */
  reorderWaitMs: number
  /** Runs something once, later; the process need not stay alive for it. */
  after: (ms: number, run: () => void) => void
}

/** What happens one at a time. */
type IoAction = Exclude<Action, { type: 'wait' | 'end' }>

/** Of message data in one read of the log: a statement has two seconds, and over 100 Mbit/s these take a third of one. */
const MAX_FETCH_BYTES = 4_000_000

/**
 * Carries out what the sequencer decides. Once a second it looks at the log's head and sends a watermark. Neither waits for the
 * other: a log that hangs must not silence the watermarks, or every gateway would make its link to Redis again.
 */
export class Relay {
  readonly #options: RelayOptions
  readonly #sequencer: Sequencer
  /** Of the log, at the last look: a second later Redis should have it. */
  #logHead = 0
  #closed = false
  #failing = false
  readonly #fetchSize = new ReadSize(MAX_FETCH_BYTES)
  /** Copies of a foreign log on the same prefix would otherwise cost a look each. */
  #askedAboutEpoch = false
  /** What is under way, one of each at a time: a close waits for them. */
  #action: Promise<void> | undefined
  #ending: Promise<void> | undefined
  #look: Promise<void> | undefined
  #watermark: Promise<void> | undefined

  constructor(options: RelayOptions) {
    this.#options = options
    this.#sequencer = new Sequencer((action) => this.#start(action))
  }

  /** Looks now and then once a second, until it is closed. */
  start(): void {
    if (this.#closed) return
    this.#options.after(this.#options.tickMs, () => this.start())
    this.#askedAboutEpoch = false
    this.look()
  }

  /** Compares the heads now: at every tick, and as soon as MQTT or Redis is back. */
  look(): void {
    if (this.#closed) return
    this.#sequencer.tick()
    this.#watermark ??= this.#sendWatermark().finally(() => (this.#watermark = undefined))
    this.#lookAtLog()
  }

  /** A copy of a message came over MQTT. */
  receive(epoch: string, entry: LinkedEntry): void {
    if (this.#closed) return
    this.#options.metrics.received.inc()
    if (this.#sequencer.receive(epoch, entry) || this.#askedAboutEpoch) return
    // An epoch or a history that is not known yet: the log tells whether it is the new one. What is dropped here is read from it.
    this.#askedAboutEpoch = true
    this.#lookAtLog()
  }

  /** Whether the copy follows the log: its head is known, and whatever failed last has succeeded since. */
  get follows(): boolean {
    return this.#sequencer.head !== undefined && !this.#failing
  }

  /** Takes nothing more, and waits for what is under way. */
  async close(): Promise<void> {
    this.#closed = true
    await Promise.all([this.#action, this.#ending, this.#look, this.#watermark])
  }

  #lookAtLog(): void {
    this.#look ??= this.#readHead().finally(() => (this.#look = undefined))
  }

  async #readHead(): Promise<void> {
    const { log, metrics, logger } = this.#options
    const { mark } = this.#sequencer
    try {
      const state = await log.head(mark.position)
      if (this.#closed) return
      this.#logHead = state.position
      this.#sequencer.logSeen(state, mark)
      metrics.lag.set(this.#sequencer.lag)
    } catch (error) {
      logger.debug({ reason: String(error) }, 'the log cannot be read')
    }
  }

  /**
   * A watermark tells the gateways that Redis follows the log. A Redis that takes no appends, because its memory is full, would
   * still publish one, and they would wait for messages that do not come; without it they follow the log themselves.
   */
  async #sendWatermark(): Promise<void> {
    const { epoch, head: reached } = this.#sequencer
    if (epoch === undefined || reached === undefined || reached < this.#logHead) return
    let extent: Extent | undefined
    try {
      extent = await this.#options.copy.watermark(epoch)
    } catch (error) {
      // A Redis that went away is opened again, also while nothing is posted: so its absence is known, and its return.
      this.#options.logger.debug({ reason: String(error) }, 'no watermark')
    }
    if (!this.#closed) this.#sequencer.redisSeen(epoch, extent)
  }

  #start(action: Action): void {
    if (action.type === 'wait') {
      this.#options.after(this.#options.reorderWaitMs, () => {
        if (!this.#closed) this.#sequencer.waited(action.head)
      })
    } else if (action.type === 'end') this.#ending = this.#endEpoch(action)
    else this.#action = this.#carryOut(action)
  }

  /** The new epoch is found by a look at once, and its watermark tells the gateways. */
  async #endEpoch({ epoch, place }: Extract<Action, { type: 'end' }>): Promise<void> {
    const { log, metrics, logger } = this.#options
    let isEnded = false
    try {
      isEnded = await log.endEpoch(epoch, place)
    } catch (error) {
      metrics.failures.inc({ action: 'end' })
      logger.debug({ reason: String(error) }, 'the epoch cannot be ended')
    }
    if (this.#closed) return
    this.#sequencer.ended()
    if (!isEnded) return
    metrics.epochsEnded.inc()
    logger.error({ epoch, ...place }, 'the log went back; its epoch was ended')
    this.#lookAtLog()
  }

  async #carryOut(action: IoAction): Promise<void> {
    const { metrics, logger } = this.#options
    try {
      const settle = await this.#ask(action)
      if (this.#closed) return
      const before = this.#sequencer.head
      settle()
      this.#succeeded(before)
    } catch (error) {
      // The message alone: a command's error carries its arguments, and those are people's messages.
      const reason = error instanceof Error ? error.message : String(error)
      if (!this.#failing) logger.warn({ action: action.type, reason }, 'cannot go on; trying again')
      this.#failing = true
      metrics.failures.inc({ action: action.type })
      this.#sequencer.failed()
    }
  }

  /** Does the I/O of an action, and answers how its result goes back to the sequencer. */
  async #ask(action: IoAction): Promise<() => void> {
    const { log, copy, metrics } = this.#options
    switch (action.type) {
      case 'open': {
        const extent = await copy.open(action.epoch, action.low)
        return () => this.#sequencer.opened(extent)
      }
      case 'append': {
        const { after, entries } = action
        const extent = await copy.append(after, entries)
        metrics.appended.inc(entries.length)
        return () => this.#sequencer.appended(after.epoch, extent)
      }
      case 'fetch': {
        const { epoch, after, upTo } = action
        const mark = after.position
        // One that failed by its size would fail again and again, and nothing would be delivered any more.
        const fetched = await this.#fetchSize.read((maxBytes) =>
          log.scan({ epoch, after: mark, upTo, maxBytes, mark }),
        )
        metrics.fetched.inc(fetched.entries.length)
        return () => this.#sequencer.fetched(epoch, after, fetched)
      }
    }
  }

  /** Only a head that moved ends a failure: a read that fails again and again has a successful open before each attempt. */
  #succeeded(before: number | undefined): void {
    const { head, inSync } = this.#sequencer
    const moved = head !== undefined && before !== undefined && head > before
    if (!this.#failing || !(moved || inSync)) return
    this.#options.logger.info('going on')
    this.#failing = false
  }
}
