import type { Extent } from '../contract/extent.ts'
import type { LinkedEntry } from '../contract/message.ts'
import type { Place } from '../contract/place.ts'
import type { Logger } from '../chassis/logger.ts'
import { ReadSize } from '../chassis/readSize.ts'
import type { Action } from './actions.ts'
import type { BridgeMetrics } from './metrics.ts'
import type { Copy, Log } from './relayPorts.ts'
import { Sequencer } from './sequencer.ts'

export interface RelayOptions {
  log: Log
  copy: Copy
  metrics: Omit<BridgeMetrics, 'lag'> & { lag: { set: (messages: number) => void } }
  /** The relay has ended an epoch, because the log went back behind this place. */
  onEpochEnded: (epoch: string, place: Place) => void
  logger: Logger
  /** How often the heads are compared: the longest delay that the lost copy of a last message causes. */
  tickMs: number
  /** How long to wait for the copies of missing messages before the log is read. */
  reorderWaitMs: number
  /** Runs something once, later; it need not keep the process alive. */
  after: (ms: number, run: () => void) => void
}

/** The actions that run one at a time. */
type IoAction = Exclude<Action, { type: 'wait' | 'end' }>

/** Message data in one read of the log: a statement has two seconds, and over 100 Mbit/s this takes a third of one. */
const MAX_FETCH_BYTES = 4_000_000

/**
 * Does what the sequencer decides. Once a second it looks at the log's head, and sends a watermark. Neither waits for the other:
 * a log that hangs must not stop the watermarks, or every gateway would reconnect to Redis.
 */
export class Relay {
  readonly #options: RelayOptions
  readonly #sequencer: Sequencer
  /** The log's head at the last look: a second later Redis should have it. */
  #logHead = 0
  #closed = false
  #failing = false
  readonly #fetchSize = new ReadSize(MAX_FETCH_BYTES)
  /** Otherwise each copy of a foreign log on the same prefix would cost a look. */
  #askedAboutEpoch = false
  /** Work that is under way, one of each kind at a time: a close waits for it. */
  #action: Promise<void> | undefined
  #ending: Promise<void> | undefined
  #look: Promise<void> | undefined
  #watermark: Promise<void> | undefined

  constructor(options: RelayOptions) {
    this.#options = options
    this.#sequencer = new Sequencer((action) => this.#start(action))
  }

  /** Looks now, and then once a second until it is closed. */
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
    // An unknown epoch or history: the log tells whether it is the new one. This copy is dropped, and will be read from the log.
    this.#askedAboutEpoch = true
    this.#lookAtLog()
  }

  /** Whether the copy follows the log: its head is known, and the last failure is over. */
  get follows(): boolean {
    return this.#sequencer.head !== undefined && !this.#failing
  }

  /** Takes nothing more, and waits for the work that is under way. */
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
      logger.debug({ reason: String(error) }, 'cannot read the log')
    }
  }

  /**
   * A watermark tells the gateways that Redis follows the log. A Redis that is out of memory takes no appends, but could still
   * publish one. Then the gateways would wait for messages that do not come; without a watermark they follow the log themselves.
   */
  async #sendWatermark(): Promise<void> {
    const { epoch, head: reached } = this.#sequencer
    if (epoch === undefined || reached === undefined || reached < this.#logHead) return
    let extent: Extent | undefined
    try {
      extent = await this.#options.copy.watermark(epoch)
    } catch (error) {
      // A Redis that went away is opened again even while nobody posts: that shows its absence, and its return.
      this.#options.logger.debug({ reason: String(error) }, 'cannot send a watermark')
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

  /** An immediate look finds the new epoch, and its watermark tells the gateways. */
  async #endEpoch({ epoch, place }: Extract<Action, { type: 'end' }>): Promise<void> {
    const { log, metrics, logger, onEpochEnded } = this.#options
    let isEnded = false
    try {
      isEnded = await log.endEpoch(epoch, place)
    } catch (error) {
      metrics.failures.inc({ action: 'end' })
      logger.debug({ reason: String(error) }, 'cannot end the epoch')
    }
    if (this.#closed) return
    this.#sequencer.ended()
    if (!isEnded) return
    onEpochEnded(epoch, place)
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
      // Only the message: a command's error carries its arguments, which are people's messages.
      const reason = error instanceof Error ? error.message : String(error)
      if (!this.#failing)
        logger.warn({ action: action.type, reason }, 'action failed; trying again')
      this.#failing = true
      metrics.failures.inc({ action: action.type })
      this.#sequencer.failed()
    }
  }

  /** Does an action's I/O; returns a function that hands the result to the sequencer. */
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
        // A read that failed by its size would fail for ever, and delivery would stop.
        const fetched = await this.#fetchSize.read((maxBytes) =>
          log.scan({ epoch, after: mark, upTo, maxBytes, mark }),
        )
        metrics.fetched.inc(fetched.entries.length)
        return () => this.#sequencer.fetched(epoch, after, fetched)
      }
    }
  }

  /** A failure is over only when the head has moved: a read that keeps failing has a successful open before each attempt. */
  #succeeded(before: number | undefined): void {
    const { head, inSync } = this.#sequencer
    const moved = head !== undefined && before !== undefined && head > before
    if (!this.#failing || !(moved || inSync)) return
    this.#options.logger.info('the failed action succeeded')
    this.#failing = false
  }
}
