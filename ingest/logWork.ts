import { setTimeout } from 'node:timers/promises'
import { clock } from '../chassis/clock.ts'
import type { Logger } from '../chassis/logger.ts'
import type { LogWriter } from '../history/logWriter.ts'
import type { RetentionLog } from '../history/retention.ts'
import type { AcceptOptions } from './acceptMessage.ts'
import { KeyExpiry } from './keyExpiry.ts'
import type { createIngestMetrics } from './metrics.ts'
import { OutboxMover } from './outboxMover.ts'
import { Retention } from './retention.ts'
import type { RetentionRule } from './retentionRules.ts'
import { SearchIndexer } from './searchIndexer.ts'

interface LogWorkOptions {
  log: Pick<LogWriter, 'forgetKeys' | 'indexSome' | 'load' | 'moveOutbox'>
  /** For the outbox. */
  maxEventBytes: number
  publish: AcceptOptions['publish']
  /** With no rules nothing is removed. */
  rules: readonly RetentionRule[]
  /** Opens what removes messages. */
  openRetention: () => RetentionLog
  metrics: Pick<ReturnType<typeof createIngestMetrics>, 'posts' | 'retention'>
  logger: Logger
}

/** What an ingest does for one log in the background. Each log has its own, so that one that is away holds no other up. */
export class LogWork {
  readonly #keyExpiry: KeyExpiry
  readonly #searchIndexer: SearchIndexer
  readonly #retention: Retention | undefined
  readonly #outbox: OutboxMover

  constructor({ log, maxEventBytes, publish, rules, ...options }: LogWorkOptions) {
    const { openRetention, metrics, logger } = options
    const common = { clock, rest: setTimeout, logger }
    this.#keyExpiry = new KeyExpiry({ ...common, forget: () => log.forgetKeys() })
    this.#searchIndexer = new SearchIndexer({
      ...common,
      index: () => log.indexSome(),
      load: () => log.load,
    })
    if (rules.length > 0) {
      this.#retention = new Retention({
        ...common,
        log: openRetention(),
        rules,
        metrics: metrics.retention,
      })
    }
    this.#outbox = new OutboxMover({
      ...common,
      move: () => log.moveOutbox(maxEventBytes),
      publish,
      posts: metrics.posts,
    })
  }

  /** Moves no more messages out of the outbox. */
  endMoves(): Promise<void> {
    return this.#outbox.close()
  }

  /** Waits for the steps that are under way. */
  async close(): Promise<void> {
    await this.#retention?.close()
    const parts = [this.#keyExpiry, this.#searchIndexer, this.#outbox]
    await Promise.all(parts.map((part) => part.close()))
  }
}
