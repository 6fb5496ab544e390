import type { Counter } from 'prom-client'
import type { Clock } from '../chassis/clock.ts'
import type { Logger } from '../chassis/logger.ts'
import { Recurring } from '../chassis/recurring.ts'
import type { Bound, RetentionLog } from '../history/retention.ts'
import { ruleFor, type RetentionRule } from './retentionRules.ts'

interface RetentionOptions {
  log: Pick<RetentionLog, 'positionBefore' | 'channelsAfter' | 'step' | 'dropPartitions' | 'close'>
  rules: readonly RetentionRule[]
  clock: Clock
  /** Resolves after so many milliseconds. */
  rest: (ms: number) => Promise<unknown>
  logger: Logger
  metrics: RetentionMetrics
}

interface RetentionMetrics {
  removed: Pick<Counter, 'inc'>
  passes: Pick<Counter<'outcome'>, 'inc'>
}

const EVERY_MS = 60_000
/** What is younger stays, whatever the rules say: it may still be on its way to readers. */
const YOUNGEST_SECONDS = 600
const DAY_SECONDS = 86_400

/**
 * Removes what the rules do not keep, once a minute. A pass goes through all channels, step by step. After each step it rests for as long
 * as that took: appends and reads keep at least half of what the database can do.
 */
export class Retention {
  readonly #options: RetentionOptions
  readonly #recurring: Recurring

  constructor(options: RetentionOptions) {
    this.#options = options
    this.#recurring = new Recurring(options.clock, EVERY_MS, () => this.#pass())
  }

  /** Waits for the step that is under way. */
  async close(): Promise<void> {
    await this.#recurring.close()
    await this.#options.log.close()
  }

  async #pass(): Promise<void> {
    const { log, logger, metrics } = this.#options
    let removed = 0
    try {
      const isDone = await this.#removeAll((count) => {
        removed += count
        metrics.removed.inc(count)
      })
      const dropped = isDone ? await log.dropPartitions() : 0
      // What is left when the process stops is for the next one.
      if (!this.#recurring.isClosed) metrics.passes.inc({ outcome: isDone ? 'done' : 'busy' })
      if (removed > 0 || dropped > 0) logger.info({ removed, dropped }, 'old messages were removed')
    } catch (error) {
      metrics.passes.inc({ outcome: 'failed' })
      logger.error({ err: error, removed }, 'cannot remove old messages')
    }
  }

  /** False if another process removes messages now, or this one stops. */
  async #removeAll(onRemoved: (count: number) => void): Promise<boolean> {
    const { log, rules } = this.#options
    const youngest = await log.positionBefore(YOUNGEST_SECONDS)
    const cuts = new Map<RetentionRule, number>()
    for (const rule of rules) {
      if (rule.days !== undefined) {
        cuts.set(rule, await log.positionBefore(rule.days * DAY_SECONDS))
      }
    }
    const boundOf = (channel: string): Bound[] => {
      const rule = ruleFor(rules, channel)
      if (rule === undefined) return []
      return [{ channel, upTo: cuts.get(rule) ?? 0, keep: rule.messages ?? Infinity }]
    }
    let names = await log.channelsAfter('')
    for (let last = names.at(-1); last !== undefined; last = names.at(-1)) {
      if (!(await this.#removeSome(names.flatMap(boundOf), youngest, onRemoved))) return false
      names = await log.channelsAfter(last)
    }
    return true
  }

  async #removeSome(
    bounds: readonly Bound[],
    youngest: number,
    onRemoved: (count: number) => void,
  ): Promise<boolean> {
    const { log, clock, rest } = this.#options
    for (let more = bounds.length > 0; more;) {
      if (this.#recurring.isClosed) return false
      const began = clock.now()
      const step = await log.step(bounds, youngest)
      if (step === undefined) return false
      onRemoved(step.removed)
      more = step.more
      await rest(clock.now() - began)
    }
    return true
  }
}
