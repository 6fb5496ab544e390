import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Entry } from '../../contract/message.ts'
import type { LogSince } from '../../contract/since.ts'
import { SharedReads } from '../../chassis/sharedReads.ts'
import type { LogReader } from '../../history/logReader.ts'
import type { RangeQuery } from '../../history/types.ts'
import { renderMessage, type Frame } from '../hub/frame.ts'
import type { Hub } from '../hub/hub.ts'
import type { Batch } from '../hub/replayBuffer.ts'
import type { Start } from '../hub/joining.ts'
import type { Subscription } from '../hub/subscription.ts'
import type { GatewayMetrics } from '../metrics.ts'
import type { RedisReplay } from './redisReplay.ts'

/** Asks for messages of some channels with `after < position <= upTo`, at most `limit` of them. */
export interface ReplayQuery extends Omit<RangeQuery, 'maxBytes'> {
  /** The position of each channel's last message, according to the log or to its messages. */
  heads: readonly number[]
}

interface Page {
  batch: Batch<Frame>
  upTo: number
}

interface ReplayOptions {
  /** The recent messages in Redis. */
  recent: Pick<RedisReplay, 'read'>
  log: Pick<LogReader, 'range' | 'last' | 'positionBefore'>
  metrics: GatewayMetrics
  /** How long an answer is kept for others with the same question; 0: not at all. */
  keepMs: number
}

/** Messages in a page, and bytes of messages sent at once: more could exceed the connection's buffer. */
const PAGE_MESSAGES = 100
const MAX_BYTES = 512 * 1024
/** A storm of readers that reconnect must not take all of the log's connections. */
const MAX_READS = 8
/** Each answer may hold its messages twice, as text and as the bytes of their streams. */
const MAX_KEPT = 16

/**
 * Finds older messages for streams: in Redis if that can prove that it is complete, otherwise in the log. Streams with the same
 * question share one read. It is skipped if nobody waits for it when its turn comes.
 */
export class Replay {
  readonly #options: ReplayOptions
  readonly #reads = new SharedReads(MAX_READS, MAX_KEPT)

  constructor(options: ReplayOptions) {
    this.#options = options
  }

  /** Turns a request into a place in the log, while the reader is there (`isWanted`). Throws `unavailable` if the log is away. */
  async findStart(
    { since, channels }: { since: LogSince; channels: readonly string[] },
    isWanted: () => boolean,
  ): Promise<Start<Frame>> {
    const { log } = this.#options
    switch (since.kind) {
      case 'now':
        return since.isUnnamed === true ? { isUnnamed: true } : {}
      case 'id':
        return { epoch: since.epoch, after: since.position }
      case 'position':
        return { after: since.position }
      case 'time':
        return {
          // Not kept: for a time in the future the answer is the head, which moves.
          after: await this.#reads.once(`time ${since.time.getTime()}`, 0, isWanted, () =>
            log.positionBefore(since.time),
          ),
        }
      case 'last': {
        const { count } = since
        const key = ['last', count, ...channels].join(' ')
        return this.#reads.once(key, this.#options.keepMs, isWanted, async () => {
          const { epoch, position, entries } = await log.last({
            channels,
            count,
            maxBytes: MAX_BYTES,
          })
          return { epoch, after: position, prelude: render(epoch, entries) }
        })
      }
    }
  }

  /** Reads a stream's next page between its cursor and `upTo`, and gives it to the hub. */
  async read(hub: Hub<Frame>, subscription: Subscription<Frame>, upTo: number): Promise<void> {
    const { channels, cursor, sink } = subscription
    // A stream has one page at a time in memory: the next is read when the last one has left.
    await sink.drained()
    const query = {
      epoch: cursor.epoch,
      channels: channels.map(({ name }) => name),
      heads: channels.map(({ head }) => head),
      after: cursor.position,
      upTo,
      limit: PAGE_MESSAGES,
    }
    const key = ['page', query.epoch, query.after, upTo, ...query.channels].join(' ')
    const read = (): Promise<Page> =>
      this.#reads.once(
        key,
        this.#options.keepMs,
        () => hub.isJoining(subscription),
        () => this.#page(query),
      )
    try {
      let page = await read()
      // A page of another log was quicker. This one is let go meanwhile, or a stream could hold one of each log.
      while (sink.mustWait === true) {
        await sink.drained()
        page = await read()
      }
      hub.replay(subscription, page.batch, page.upTo)
    } catch {
      subscription.readFailed()
    }
  }

  /** Waits until a stream has taken all that it was sent. */
  async pause(hub: Hub<Frame>, subscription: Subscription<Frame>): Promise<void> {
    await subscription.sink.drained()
    // The kernel may take many chunks at once: all other streams would wait for them.
    await nextTurn()
    hub.replay(subscription, { items: [] }, subscription.cursor.position)
  }

  async #page(query: ReplayQuery): Promise<Page> {
    const { recent, log, metrics } = this.#options
    const known = await recent.read(query).catch(() => undefined)
    metrics.reads.inc({ source: known === undefined ? 'log' : 'recent' })
    const { entries, upTo } = known ?? (await log.range({ ...query, maxBytes: MAX_BYTES }))
    const fitting = entries.slice(0, countFitting(entries))
    const last = fitting.at(-1)
    const isCut = fitting.length < entries.length && last !== undefined
    return { batch: render(query.epoch, fitting), upTo: isCut ? last.position : upTo }
  }
}

function render(epoch: string, entries: readonly Entry[]): Batch<Frame> {
  return { items: entries.map((entry) => renderMessage(epoch, entry)) }
}

/** How many of the first entries may be sent at once; at least one. */
function countFitting(entries: readonly Entry[]): number {
  let bytes = 0
  const beyond = entries.findIndex(({ json }, index) => {
    bytes += Buffer.byteLength(json)
    return index > 0 && bytes > MAX_BYTES
  })
  return beyond === -1 ? entries.length : beyond
}
