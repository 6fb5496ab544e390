import type { Counter } from 'prom-client'
import type { Clock } from '../chassis/clock.ts'
import type { Logger } from '../chassis/logger.ts'
import { Recurring } from '../chassis/recurring.ts'
import type { Bound, Held, RetentionLog } from '../history/retention.ts'
import { joined } from './positionRanges.ts'
import { ruleFor, type RetentionRule } from './retentionRules.ts'

interface RetentionOptions {
  log: Pick<
    RetentionLog,
    'positionBefore' | 'channelsAfter' | 'stepAlong' | 'stepBeyond' | 'dropPartitions' | 'close'
  >
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
 * Rests after a step channel by channel. Its messages lie on as many pages, and the disk goes on writing these after the step: with one
 * rest the posts' p99 more than doubled.
 */
const RESTS_BEYOND = 2
/** Channels whose rule is remembered: a step may look at a thousand, each by a thousand rules. */
const MAX_REMEMBERED = 10_000

/**
 * Removes what the rules do not keep, once a minute: first what is too old, then what is too much. A pass goes step by step. After each
 * step it rests for as long as that took, or longer: appends and reads keep at least half of what the database can do.
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

  /** Like the steps below, it resolves to false if another process removes messages now, or this one stops. */
  async #removeAll(onRemoved: OnRemoved): Promise<boolean> {
    const youngest = await this.#options.log.positionBefore(YOUNGEST_SECONDS)
    return (
      (await this.#removeOld(youngest, onRemoved)) &&
      (await this.#removeBeyond(youngest, onRemoved))
    )
  }

  /** Along the log, from each rule's first message that is too old. */
  async #removeOld(youngest: number, onRemoved: OnRemoved): Promise<boolean> {
    const { log, rules } = this.#options
    const ends = new Map<RetentionRule | undefined, number>()
    for (const rule of rules) {
      if (rule.days === undefined) continue
      ends.set(rule, Math.min(youngest, await log.positionBefore(rule.days * DAY_SECONDS)))
    }
    if ([...ends.values()].every((end) => end === 0)) return true
    const ruleOf = remembering((channel) => ruleFor(rules, channel))
    const endOf = (channel: string) => ends.get(ruleOf(channel)) ?? 0
    const firsts = new Map<RetentionRule | undefined, number>()
    const areSeen = await this.#eachChannels(async (channels) => {
      for (const { channel, first } of channels) {
        const rule = ruleOf(channel)
        if (first <= endOf(channel)) firsts.set(rule, Math.min(first, firsts.get(rule) ?? Infinity))
      }
      return true
    })
    if (!areSeen) return false
    const ranges = [...firsts].map(([rule, first]) => ({
      after: first - 1,
      upTo: ends.get(rule) ?? 0,
    }))
    const goes = (channel: string, position: number) => position <= endOf(channel)
    // A rule of a month and one of a day have a minute's messages each: not the month between them.
    for (let { after, upTo } of joined(ranges)) {
      while (after < upTo) {
        const range = { after, upTo }
        const step = await this.#paced(() => log.stepAlong(range, goes))
        if (step === undefined) return false
        onRemoved(step.removed)
        after = step.reached
      }
    }
    return true
  }

  /** Channel by channel: the newest of each are not those of the log. */
  async #removeBeyond(youngest: number, onRemoved: OnRemoved): Promise<boolean> {
    const { log, rules } = this.#options
    if (rules.every(({ messages }) => messages === undefined)) return true
    return this.#eachChannels(async (channels) => {
      const bounds = channels.flatMap(({ channel, messages }): Bound[] => {
        const keep = ruleFor(rules, channel)?.messages ?? Infinity
        return messages > keep ? [{ channel, keep }] : []
      })
      for (let more = bounds.length > 0; more;) {
        const step = await this.#paced(() => log.stepBeyond(bounds, youngest), RESTS_BEYOND)
        if (step === undefined) return false
        onRemoved(step.removed)
        more = step.more
      }
      return true
    })
  }

  /** Visits all channels, some at a time, until a visit resolves to false. */
  async #eachChannels(visit: (channels: Held[]) => Promise<boolean>): Promise<boolean> {
    for (let last: string | undefined = ''; last !== undefined;) {
      const after: string = last
      const channels = await this.#paced(() => this.#options.log.channelsAfter(after))
      if (channels === undefined || !(await visit(channels))) return false
      last = channels.at(-1)?.channel
    }
    return true
  }

  /** Undefined if this process stops. */
  async #paced<T>(step: () => Promise<T>, rests = 1): Promise<T | undefined> {
    if (this.#recurring.isClosed) return undefined
    const { clock, rest } = this.#options
    const began = clock.now()
    const result = await step()
    await rest((clock.now() - began) * rests)
    return result
  }
}

type OnRemoved = (count: number) => void

function remembering<T>(find: (channel: string) => T): (channel: string) => T {
  const found = new Map<string, { is: T }>()
  return (channel) => {
    let one = found.get(channel)
    if (one === undefined) {
      if (found.size >= MAX_REMEMBERED) found.clear()
      found.set(channel, (one = { is: find(channel) }))
    }
    return one.is
  }
}
